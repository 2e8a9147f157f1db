"""Where events go, and who sends them."""

from __future__ import annotations

import os
import re
from typing import Callable, Mapping, NamedTuple, Optional, Union
from urllib.parse import SplitResult, quote, urlsplit

from ._errors import EmitError


class Address(NamedTuple):
    tls: bool
    host: str
    port: Optional[int]
    path: str


def address_of(url: Optional[str], sign_as: Optional[str], environment: Mapping[str, str] = os.environ) -> Address:
    """Raises EmitError ``settings-invalid``, which never shows a value: it may be a key in the wrong place."""
    hint = "`url`, or ARMADA_GATEWAY_URL, e.g. http://127.0.0.1:4780"
    given = url or environment.get("ARMADA_GATEWAY_URL")
    if not given:
        raise invalid("the gateway's address is missing", hint)
    parts = _parts(given, hint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("the gateway's address is neither http: nor https:", hint)
    if parts.username is not None or parts.password is not None:
        raise invalid("the gateway's address has a name or a password in it", "the key goes into `key`")
    if not re.fullmatch(r"[\x21-\x7e]*", parts.path):
        raise invalid("the gateway's address has characters that no address has", hint)
    path = "/v1/events" if sign_as is None else f"/v1/webhooks/{quote(sign_as, safe='')}"
    return Address(parts.scheme == "https", parts.hostname, parts.port, parts.path.rstrip("/") + path)


def key_of(
    key: Union[str, Callable[[], str], None], key_file: Optional[str], environment: Mapping[str, str] = os.environ
) -> Callable[[], str]:
    """What gives the key before each request. Raises EmitError ``settings-invalid``."""
    inherited = environment.get("ARMADA_GATEWAY_KEY")
    given = key if key is not None or key_file is not None else inherited
    file = key_file or environment.get("ARMADA_GATEWAY_KEY_FILE")
    if given is None and file:
        return lambda: _checked(_text_in(file))
    if given is None:
        hint = "`key` or `key_file`, or ARMADA_GATEWAY_KEY or ARMADA_GATEWAY_KEY_FILE; `armada keys add` makes one"
        raise invalid("the key is missing", hint)
    if callable(given):
        asked = given
        return lambda: _checked(_ask(asked))
    fixed = _checked(given)
    return lambda: fixed


def invalid(message: str, hint: str) -> EmitError:
    return EmitError("settings-invalid", message, hint=hint)


def _parts(url: str, hint: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # is read only when it is asked for
        return parts
    except ValueError:
        raise invalid("the gateway's address is none", hint) from None


def _checked(key: str) -> str:
    """What cannot stand in a header would be shown by the error of whoever tries."""
    trimmed = key.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", trimmed):
        raise invalid("the key is empty, or has characters that no key has", "is it the file of the key, and of nothing else?")
    return trimmed


def _ask(key: Callable[[], str]) -> str:
    try:
        return key()
    except Exception:
        # what it says may show the key
        raise EmitError("key-unreadable", "the function that gives the key failed", hint="it is given as `key`") from None


def _text_in(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:
            return opened.read()
    except OSError as error:
        hint = "`armada keys add NAME --out FILE` writes one"
        raise EmitError("key-unreadable", f"no key in {file}: {error.strerror}", hint=hint) from None
