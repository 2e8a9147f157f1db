"""Requests over connections that are kept."""

from __future__ import annotations

import http.client
import os
import ssl
import threading
import time
from typing import List, Mapping, NamedTuple, Optional

from ._settings import Address

# Of a gateway's answers none is longer.
MOST_BYTES = 1_048_576


class Answer(NamedTuple):
    status: int
    retry_after: Optional[str]
    body: str


class Connections:
    """Of any number of threads, each with a connection of its own while it asks. A forked process begins with none."""

    def __init__(self, address: Address, tls: Optional[ssl.SSLContext]) -> None:
        self._address = address
        self._tls = (tls or ssl.create_default_context()) if address.tls else None
        self._lock = threading.Lock()
        self._idle: List[http.client.HTTPConnection] = []
        self._pid = os.getpid()

    def post(self, headers: Mapping[str, str], body: str, timeout: float) -> Answer:
        """Raises OSError, http.client.HTTPException."""
        ends = time.monotonic() + timeout
        kept = self._take()
        if kept is not None:
            try:
                return self._post(kept, headers, body, ends)
            except (OSError, http.client.HTTPException):
                kept.close()  # the other side may have closed it while it was idle; the same events again are the same events
        fresh = self._connect()
        try:
            return self._post(fresh, headers, body, ends)
        except BaseException:
            fresh.close()
            raise

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _post(self, connection: http.client.HTTPConnection, headers: Mapping[str, str], body: str, ends: float) -> Answer:
        _limit(connection, ends)
        connection.request("POST", self._address.path, body.encode("ascii"), dict(headers))
        _limit(connection, ends)
        response = connection.getresponse()
        read, whole = b"", False
        while len(read) < MOST_BYTES and not whole:
            _limit(connection, ends)
            part = response.read1(65_536)
            read, whole = read + part, part == b""
        answer = Answer(response.status, response.getheader("retry-after"), read.decode("utf-8", "replace"))
        response.close()
        if whole and not response.will_close:
            with self._lock:
                self._idle.append(connection)
        else:
            connection.close()
        return answer

    def _take(self) -> Optional[http.client.HTTPConnection]:
        if self._pid != os.getpid():
            # The parent's connections are the parent's; its lock may be held by a thread that is not here.
            self._lock, self._idle, self._pid = threading.Lock(), [], os.getpid()
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _connect(self) -> http.client.HTTPConnection:
        _, host, port, _ = self._address
        if self._tls is not None:
            return http.client.HTTPSConnection(host, port, context=self._tls)
        return http.client.HTTPConnection(host, port)


def _limit(connection: http.client.HTTPConnection, ends: float) -> None:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    connection.timeout = left
    if connection.sock is not None:
        connection.sock.settimeout(left)
