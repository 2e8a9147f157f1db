#!/usr/bin/env bash
# cloudevents 2.2.0 (PyPI), binary mode: data that is a list goes out as Python writes it, under content-type application/json.
#
# Guess, written down before: whatever JSON data an event has, its body in binary mode is that JSON, as in 1.13.0.
# Seen: a dict is JSON; a list is Python's own form ([1, {'a': None}, True]), a text loses its quotes, None becomes an empty
# body. The structured mode writes the same lists as JSON. So [1, 2] happens to arrive, and a list with a text, a null or a
# boolean in it is refused by every JSON reader, this SDK's own included.
# Valid input: the JSON format and the HTTP binding 1.0.2 take any JSON value as data of application/json.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.13.0 2.2.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/python" -m pip -q install "cloudevents==$version"
done

cat > "$folder/old.py" <<'PY'
import json
from cloudevents.conversion import to_binary
from cloudevents.http import CloudEvent

event = CloudEvent({"type": "t", "source": "/s", "datacontenttype": "application/json"}, [1, {"a": None}, True])
_, body = to_binary(event)
print("1.13.0 list:", body)
assert json.loads(body) == [1, {"a": None}, True]
PY
cat > "$folder/new.py" <<'PY'
import json
from cloudevents.core.bindings.http import from_binary, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

def made(data):
    return CloudEvent({"type": "t", "source": "/s", "id": "1", "specversion": "1.0", "datacontenttype": "application/json"}, data)

LIST = [1, {"a": None}, True]
message = to_binary(made(LIST), JSONFormat())
print("2.2.0 list:", message.headers["content-type"], message.body)
assert message.headers["content-type"] == "application/json"
assert message.body == b"[1, {'a': None}, True]", "it is not Python's form any more"
try:
    json.loads(message.body)
    raise SystemExit("it is JSON now")
except json.JSONDecodeError as error:
    print("a JSON reader says:", error)
try:
    print("the SDK itself reads:", repr(from_binary(message, JSONFormat(), CloudEvent).get_data()))
except Exception as error:
    print("the SDK itself says:", type(error).__name__, error)
text = to_binary(made("a text"), JSONFormat()).body
print("2.2.0 text:", text)
assert text == b"a text"
assert json.loads(to_binary(made({"a": [None, True]}), JSONFormat()).body) == {"a": [None, True]}
whole = json.loads(to_structured(made(LIST), JSONFormat()).body)
print("2.2.0 structured:", whole["data"])
assert whole["data"] == LIST
PY
"$folder/1.13.0/bin/python" "$folder/old.py"
"$folder/2.2.0/bin/python" "$folder/new.py"
