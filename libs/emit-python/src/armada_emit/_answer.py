"""What an answer means."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, List, NamedTuple, Optional, Sequence, Union

from ._errors import EmitError


@dataclass(frozen=True)
class Stored:
    """The log has the event, on disk. ``event``: the mesh's own name of it, which ``armada trace`` takes; ``seq``: its place in the gateway's stream."""

    id: str
    event: str
    seq: int


class Place(NamedTuple):
    event: str
    seq: int


@dataclass(frozen=True)
class Refused:
    """Final. ``of_sender``: it is about the sender and so about all events, whatever they say."""

    error: EmitError
    of_sender: bool


@dataclass(frozen=True)
class Later:
    error: EmitError


Verdict = Union[List[Place], Refused, Later]

# "Not now" among the refusals; all others of 400 to 499 are final.
LATER = {408, 425, 429}
# Without a key, or at a place that is no gateway, no event is taken.
OF_SENDER = {401, 404, 405}
HINTS = {
    "key-wanted": "is it this gateway's key, and not revoked? `armada keys list` names those there are",
    "signature-wrong": "is it the secret of this sender, and is the clock right? `armada keys list` names those that sign",
    "scope-missing": "send with a key that may emit this type: `armada keys add NAME --scope emit:TYPE`",
    "type-unknown": "a team declares what it takes with `external(…)` in its contract.ts; is the type spelt as there?",
    "data-invalid": "`field` says where; the team that declares the type says what its data is",
    "event-invalid": "`field` says which attribute is wrong",
    "too-large": "a request has at most 1 MiB; hand large data to the mesh by reference",
    "contract-broken": "`armada health` names the team whose contract is to be mended; the event may be sent again afterwards",
}


def judge(status: int, retry_after: Optional[float], body: str, count: int) -> Verdict:
    """Judges an answer to a request of ``count`` events."""
    document = _json(body)
    if 200 <= status < 300:
        places = _places(document, count)
        if places is not None:
            return places
        message = f"{status}, and no gateway's answer: {body[:80]}"
        hint = "is the address that of a gateway? its `/openapi.json` says so"
        return Later(EmitError("answer-unreadable", message, hint=hint, status=status, retryable=True, retry_after=retry_after))
    if status < 400:
        hint = "give the address that it redirects to; the key is not sent on"
        return Refused(EmitError("refused", f"the address redirects ({status})", hint=hint, status=status), True)
    retryable = status >= 500 or status in LATER
    code = _text(document, "type", "refused").replace("urn:armada:problem:", "", 1)
    field = _text(document, "field", "") or None
    where = re.sub(r"^\d+\.?", "", field or "")
    parts = (_text(document, "title", f"the answer is {status}"), where, _text(document, "detail", body[:80]))
    message = ": ".join(part for part in parts if part != "")
    hint = _hint(code, status, retryable)
    error = EmitError(code, message, hint=hint, status=status, field=field, retryable=retryable, retry_after=retry_after)
    return Later(error) if retryable else Refused(error, status in OF_SENDER)


def places_of(error: EmitError, types: Sequence[str]) -> Optional[List[int]]:
    """The places in a request of ``types`` that an error is about; None where it names none. Of a type that is wrong, all of that type."""
    found = re.match(r"(\d+)(?:\.(.*))?$", error.field or "", re.DOTALL)
    if found is None or int(found[1]) >= len(types):
        return None
    at = int(found[1])
    return [index for index, type in enumerate(types) if type == types[at]] if found[2] == "type" else [at]


def retry_after_of(header: Optional[str], now: datetime) -> Optional[float]:
    """Seconds that Retry-After asks for, which is a number of them or a date; None where it says nothing that can be read."""
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError, IndexError):
        return None  # then it asks for nothing


def _hint(code: str, status: int, retryable: bool) -> str:
    if code in HINTS:
        return HINTS[code]
    if retryable:
        return "send it again with the same source and id: it is the same event"
    if status in (404, 405):
        return "the address is that of the gateway itself, e.g. http://127.0.0.1:4780"
    return "the message says what is wrong; as it is, sending it again changes nothing"


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None  # then it says nothing that can be used


def _text(document: Any, name: str, otherwise: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, str) and value != "" else otherwise


def _places(document: Any, count: int) -> Optional[List[Place]]:
    many = document.get("events") if isinstance(document, dict) else None
    all = many if isinstance(many, list) else [document]
    places = [
        Place(one["event"], one["seq"])
        for one in all
        if isinstance(one, dict) and isinstance(one.get("event"), str) and isinstance(one.get("seq"), int)
    ]
    return places if len(places) == len(all) == count else None
