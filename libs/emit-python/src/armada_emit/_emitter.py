"""The client."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import ssl
from collections import deque
from datetime import datetime
from types import TracebackType
from typing import Any, Callable, Deque, Dict, List, Mapping, NamedTuple, Optional, Sequence, Type, Union
from urllib.parse import quote

from ._answer import Later, Refused, Stored, Verdict, judge, places_of, retry_after_of
from ._errors import BatchError, EmitError
from ._event import Event, WireEvent, wire_event
from ._http import Connections
from ._settings import address_of, invalid, key_of
from ._world import World

# What a request may carry: the gateway takes 100 events and 1 MiB.
MOST_EVENTS = 100
MOST_BYTES = 1_000_000

FIRST_S = 0.1
MOST_S = 10.0

Outcome = Union[Stored, EmitError]


class _Held(NamedTuple):
    """Events whose type the gateway cannot take now."""

    until: float
    places: List[int]
    failures: int


class Emitter:
    """Sends events of any system to a gateway, and returns when its log has them.

    Tried again until the deadline, as the same event: what could not be reached, was answered by 408, 425, 429 or 5xx, or by no
    gateway; at growing times, and not before ``Retry-After``. Everything else is a refusal, and final. It holds nothing back: what has
    returned is stored, and there is nothing to flush. Any number of threads may use one, and processes that are forked; from asyncio call
    ``await asyncio.to_thread(events.emit, …)``. What must be sent though the process dies goes through an outbox.

    ``url``: of the gateway, else ``ARMADA_GATEWAY_URL``. ``key``: the key, or what gives it, asked before each request; ``key_file``: a
    file with it alone, read before each request; else ``ARMADA_GATEWAY_KEY``, ``ARMADA_GATEWAY_KEY_FILE``. ``sign_as``: signs by Standard
    Webhooks, as the sender of this name (``armada keys add NAME --signs``), with the key as secret and an event a request. ``source``: of
    events that name none. ``deadline``: seconds that a call tries. ``attempt``: seconds that a request may take. ``tls``: whom to trust.
    Raises EmitError ``settings-invalid``.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        key: Union[str, Callable[[], str], None] = None,
        key_file: Optional[str] = None,
        sign_as: Optional[str] = None,
        source: Optional[str] = None,
        deadline: float = 60.0,
        attempt: float = 10.0,
        tls: Optional[ssl.SSLContext] = None,
        _world: Optional[World] = None,
    ) -> None:
        if not (deadline > 0 and attempt > 0):
            raise invalid("deadline and attempt are lengths", "seconds, above 0")
        address = address_of(url, sign_as)
        self._host = address.host
        self._connections = Connections(address, tls)
        self._key = key_of(key, key_file)
        self._sign_as = sign_as
        self._source = source
        self._deadline = deadline
        self._attempt = attempt
        self._world = _world or World()
        self._closed = False

    def emit(
        self,
        type: str,
        data: Any = None,
        *,
        source: Optional[str] = None,
        subject: Optional[str] = None,
        id: Optional[str] = None,
        time: Union[datetime, str, None] = None,
        attributes: Optional[Mapping[str, Union[str, int, bool]]] = None,
    ) -> Stored:
        """Sends an event; see ``Event`` for what it says. Raises EmitError; where it is ``retryable``, the event may be stored."""
        event = Event(type, data, source=source, subject=subject, id=id, time=time, attributes=attributes or {})
        (outcome,) = self._outcomes([event])
        if isinstance(outcome, EmitError):
            raise outcome
        return outcome

    def emit_batch(self, events: Sequence[Event]) -> List[Stored]:
        """Sends events in their order, each for itself: those that are well are stored though others are refused.

        However many they are, they go in as few requests as the gateway allows. Raises BatchError when all are settled and one failed.
        """
        outcomes = self._outcomes(events)
        failed = [(place, outcome) for place, outcome in enumerate(outcomes) if isinstance(outcome, EmitError)]
        if failed:
            raise BatchError(failed, len(outcomes))
        return [outcome for outcome in outcomes if isinstance(outcome, Stored)]

    def close(self) -> None:
        """Closes its connections; it takes no more events."""
        self._closed = True
        self._connections.close()

    def __enter__(self) -> Emitter:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], at: Optional[TracebackType]) -> None:
        self.close()

    def _outcomes(self, events: Sequence[Event]) -> List[Outcome]:
        wire: Dict[int, WireEvent] = {}
        outcomes: Dict[int, Outcome] = {}
        for place, event in enumerate(events):
            try:
                if self._closed:
                    raise EmitError("closed", "the emitter was closed", hint="emit before `close()`", id=event.id)
                wire[place] = wire_event(event, self._source, self._world.id(), self._world.date())
            except EmitError as error:
                outcomes[place] = error
        self._deliver(wire, outcomes)
        return [outcomes[place] for place in range(len(events))]

    def _deliver(self, wire: Mapping[int, WireEvent], outcomes: Dict[int, Outcome]) -> None:
        now = self._world.now
        ends = now() + self._deadline
        ready: Deque[List[int]] = deque(self._cut(wire))
        held: List[_Held] = []
        failures = 0
        trouble: Optional[EmitError] = None
        while ready or held:
            due = next((one for one in held if one.until <= now()), None)
            if due is not None:
                held.remove(due)
                request = due.places
            elif ready:
                request = ready.popleft()
            else:
                self._world.sleep(min(min(one.until for one in held), ends) - now())
                if now() >= ends:
                    self._give_up([place for one in held for place in one.places], wire, trouble, outcomes)
                    return
                continue
            if now() >= ends:
                rest = [*request, *(place for one in ready for place in one), *(place for one in held for place in one.places)]
                self._give_up(rest, wire, trouble, outcomes)
                return
            verdict = self._send([wire[place] for place in request], min(self._attempt, ends - now()))
            if isinstance(verdict, list):
                failures = 0
                for place, found in zip(request, verdict):
                    outcomes[place] = Stored(wire[place].id, found.event, found.seq)
                continue
            error = verdict.error
            places = places_of(error, [wire[place].type for place in request])
            meant = request if places is None else [request[at] for at in places]
            others = [place for place in request if place not in set(meant)]
            if others:
                ready.appendleft(others)
            if isinstance(verdict, Refused):
                failures = 0
                if places is None and len(request) > 1 and not verdict.of_sender:
                    half = (len(request) + 1) // 2
                    ready.extendleft([request[half:], request[:half]])
                    continue
                for place in meant:
                    outcomes[place] = error.like(id=wire[place].id)
                continue
            trouble = error
            if error.retry_after is not None and now() + error.retry_after > ends:
                for place in meant:
                    outcomes[place] = error.like(id=wire[place].id)
                continue
            if places is None:
                ready.appendleft(request)
                failures += 1
                self._world.sleep(min(self._pause(failures, error), max(0.0, ends - now())))
            else:
                before = due.failures if due is not None else 0
                held.append(_Held(now() + self._pause(before + 1, error), meant, before + 1))

    def _give_up(
        self, places: Sequence[int], wire: Mapping[int, WireEvent], trouble: Optional[EmitError], outcomes: Dict[int, Outcome]
    ) -> None:
        hint = "sent again with the same source and id it is the same event"
        last = trouble or EmitError("deadline", "it was not answered", hint=hint)
        message = f"not stored within {self._deadline:g} s: {last.message}"
        for place in places:
            outcomes[place] = last.like(message=message, id=wire[place].id, retryable=True)

    def _pause(self, failures: int, error: EmitError) -> float:
        """Any time up to twice as long for each failure before, and never less than what the gateway asks for."""
        return (error.retry_after or 0.0) + self._world.random() * min(MOST_S, FIRST_S * 2.0 ** (failures - 1))

    def _cut(self, wire: Mapping[int, WireEvent]) -> List[List[int]]:
        most = MOST_EVENTS if self._sign_as is None else 1
        requests: List[List[int]] = []
        size = 0
        for place, event in wire.items():
            if not requests or len(requests[-1]) == most or size + len(event.json) > MOST_BYTES:
                requests.append([])
                size = 0
            requests[-1].append(place)
            size += len(event.json) + 1
        return requests

    def _send(self, events: Sequence[WireEvent], timeout: float) -> Verdict:
        secret = ""
        try:
            secret = self._key()
            body = ",".join(event.json for event in events)
            if self._sign_as is None:
                body = f"[{body}]"
                headers = {"content-type": "application/cloudevents-batch+json", "authorization": f"Bearer {secret}"}
            else:
                headers = {"content-type": "application/cloudevents+json", **_signature(secret, events[0].id, self._world.date(), body)}
            status, retry_after, text = self._connections.post(headers, body, timeout)
        except EmitError as error:
            return Refused(error, True)
        except (OSError, http.client.HTTPException) as error:
            message = f"{self._host}: {_hidden(str(error) or type(error).__name__, secret)}"
            hint = "does the gateway run there? Sent again with the same source and id it is the same event"
            return Later(EmitError("unreachable", message, hint=hint, retryable=True))
        return judge(status, retry_after_of(retry_after, self._world.date()), _hidden(text, secret), len(events))


def _hidden(text: str, secret: str) -> str:
    """A shorter one is no key, and would be found in words."""
    return text if len(secret) < 8 else text.replace(secret, "…")


def _signature(secret: str, id: str, at: datetime, body: str) -> Dict[str, str]:
    """The headers of Standard Webhooks 1.0. Raises EmitError ``settings-invalid``."""
    try:
        key = base64.b64decode(secret[len("whsec_") :] if secret.startswith("whsec_") else secret, validate=True)
    except binascii.Error:
        raise invalid("the secret that signs is no base64", "`armada keys add NAME --signs --out FILE` writes one") from None
    message, timestamp = quote(id, safe="", errors="replace"), str(int(at.timestamp()))
    signed = hmac.new(key, f"{message}.{timestamp}.{body}".encode("ascii"), hashlib.sha256).digest()
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode('ascii')}",
    }
