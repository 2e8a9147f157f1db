"""What goes wrong, with what can be done about it."""

from __future__ import annotations

from typing import Optional, Sequence, Tuple


class EmitError(Exception):
    """Why an event is not known to be stored.

    ``code`` is the gateway's, as in ``urn:armada:problem:CODE``, e.g. ``type-unknown``, or one of the client's own:
    ``settings-invalid``, ``event-invalid``, ``data-invalid``, ``key-unreadable``, ``closed``, ``unreachable``, ``deadline``,
    ``answer-unreadable`` (what answers is no gateway), ``refused`` (by something that sends no problem document).

    ``retryable``: it may be stored or not; the same event sent again, with its ``id`` and source, is the same event. ``hint`` says what
    to do, ``status`` is of HTTP, ``retry_after`` in seconds. No text of an error has the key in it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str,
        status: Optional[int] = None,
        field: Optional[str] = None,
        retryable: bool = False,
        retry_after: Optional[float] = None,
        id: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status
        self.field = field
        self.retryable = retryable
        self.retry_after = retry_after
        self.id = id

    def __str__(self) -> str:
        return f"{self.code}: {self.message} ({self.hint})"

    def like(self, *, message: Optional[str] = None, id: Optional[str] = None, retryable: Optional[bool] = None) -> EmitError:
        """The same, of one event: its field without the event's place in a request."""
        place, dot, rest = (self.field or "").partition(".")
        return EmitError(
            self.code,
            self.message if message is None else message,
            hint=self.hint,
            status=self.status,
            field=(rest if dot else None) if place.isdigit() else self.field,
            retryable=self.retryable if retryable is None else retryable,
            retry_after=self.retry_after,
            id=self.id if id is None else id,
        )


class BatchError(EmitError):
    """Some events of a batch are not known to be stored: ``failed`` has the place and the error of each; all others are stored."""

    def __init__(self, failed: Sequence[Tuple[int, EmitError]], count: int) -> None:
        first = failed[0][1]
        super().__init__(
            first.code,
            f"{len(failed)} of {count} events are not stored; the first: {first.message}",
            hint=first.hint,
            status=first.status,
            field=first.field,
            retryable=any(error.retryable for _, error in failed),
            retry_after=first.retry_after,
            id=first.id,
        )
        self.failed = tuple(failed)
