"""What is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Dict, Mapping, Optional, Union

from ._errors import EmitError

HINT = "every event has a type, a source and an id; `source` may stand in the emitter's settings"


@dataclass(frozen=True)
class Event:
    """An event of a batch.

    ``source`` says who says it, a URI reference such as ``/shop``, the emitter's where it is left out; ``subject`` what it is about.
    With the source the ``id`` makes the event one: the same two again are the same event; it is made where it is left out. ``time`` is
    when it happened, now where it is left out: a datetime with a time zone, or RFC 3339 text. ``attributes`` are further CloudEvents
    attributes, e.g. ``traceparent``, ``partitionkey``. ``data`` is what JSON can say; ``None`` is no data.
    """

    type: str
    data: Any = None
    source: Optional[str] = None
    subject: Optional[str] = None
    id: Optional[str] = None
    time: Union[datetime, str, None] = None
    attributes: Mapping[str, Union[str, int, bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class WireEvent:
    """As it goes over the wire: JSON in ASCII, so that its length is its bytes."""

    id: str
    type: str
    json: str


def wire_event(event: Event, source: Optional[str], made_id: str, now: datetime) -> WireEvent:
    """The event in the JSON format of CloudEvents 1.0. Raises EmitError ``event-invalid``, ``data-invalid``."""
    id = made_id if event.id is None else event.id
    whole: Dict[str, Any] = dict(event.attributes)
    named = {"id": id, "source": event.source or source, "type": event.type}
    for name, value in named.items():
        if not isinstance(value, str) or value == "":
            raise EmitError("event-invalid", f"the event has no {name}", hint=HINT, field=name, id=id)
    whole.update(named, specversion="1.0", time=_time(now if event.time is None else event.time, id))
    if event.subject is not None:
        whole["subject"] = event.subject
    if event.data is not None:
        whole["data"] = event.data
    try:
        text = json.dumps(whole, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        hint = "data is what JSON can say; send bytes as text in base64, a datetime or a Decimal as text"
        raise EmitError("data-invalid", f"it is no JSON: {error}", hint=hint, field="data", id=id) from None
    return WireEvent(id, event.type, text)


def _time(time: Union[datetime, str], id: str) -> str:
    if isinstance(time, str):
        return time
    if time.tzinfo is None:
        hint = "e.g. datetime.now(timezone.utc)"
        raise EmitError("event-invalid", "its time has no time zone", hint=hint, field="time", id=id)
    return time.isoformat()
