"""Hands events of any system to an Armada gateway, with the standard library alone.

    from armada_emit import Emitter

    with Emitter(url="http://127.0.0.1:4780", key_file="shop.key", source="/shop") as events:
        events.emit("com.example.order.paid", {"order": "17"}, subject="17")

What returns is stored; what is not known to be stored raises ``EmitError``.
"""

from ._answer import Stored
from ._emitter import Emitter
from ._errors import BatchError, EmitError
from ._event import Event

__all__ = ["BatchError", "EmitError", "Emitter", "Event", "Stored"]
