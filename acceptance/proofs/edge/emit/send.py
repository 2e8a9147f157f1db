"""A system that emits what is on its stdin, an event a line, and says the id of each that was acknowledged. Arguments: URL, file of the key, source."""

import json
import sys
from collections import deque

from armada_emit import BatchError, Emitter, Event

AT_ONCE = 100

url, key_file, source = sys.argv[1:]


def read(line: str) -> Event:
    said = json.loads(line)
    return Event(said["type"], said["data"], id=said["id"], subject=said["subject"])


left = deque(read(line) for line in sys.stdin)
with Emitter(url, key_file=key_file, source=source) as events:
    while left:
        many = [left.popleft() for _ in range(min(AT_ONCE, len(left)))]
        failed = set()
        try:
            events.emit_batch(many)
        except BatchError as error:
            if not all(one.retryable for _, one in error.failed):
                raise
            # Nobody knows whether they are stored: they are sent again, as the same events.
            failed = {place for place, _ in error.failed}
            left.extendleft(many[place] for place in sorted(failed, reverse=True))
        print("".join(f"{event.id}\n" for place, event in enumerate(many) if place not in failed), end="", flush=True)
