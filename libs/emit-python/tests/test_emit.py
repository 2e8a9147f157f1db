"""The client against a server that answers as told, on loopback, with a clock that moves when it sleeps."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import unittest
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Optional, Tuple
from unittest.mock import patch

from armada_emit import BatchError, EmitError, Emitter, Event
from armada_emit._world import World

TYPE = "com.example.order.paid"
KEY = "a-key-of-the-shop"
Reply = Tuple[int, Any, Dict[str, str]]


class Clock(World):
    def __init__(self) -> None:
        self.at = 0.0
        self.ids = 0

    def now(self) -> float:
        return self.at

    def date(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=timezone.utc) + timedelta(seconds=self.at)

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def random(self) -> float:
        return 1.0

    def id(self) -> str:
        self.ids += 1
        return f"id-{self.ids}"


class Got:
    def __init__(self, path: str, headers: Dict[str, str], body: Any, at: float, peer: Tuple[str, int]) -> None:
        self.path, self.headers, self.at, self.peer = path, headers, at, peer
        self.events: List[Dict[str, Any]] = body if isinstance(body, list) else [body]
        self.ids = [event["id"] for event in self.events]


def stored(got: Got) -> Reply:
    return 202, {"events": [{"event": f"e-{id}", "seq": at} for at, id in enumerate(got.ids)]}, {}


def problem(status: int, kind: str, headers: Optional[Dict[str, str]] = None, **more: str) -> Reply:
    return status, {"type": f"urn:armada:problem:{kind}", "title": f"Title of {kind}", "detail": "why", **more}, headers or {}


class Emitting(unittest.TestCase):
    def setUp(self) -> None:
        self.got: List[Got] = []
        self.reply: Callable[[Got], Optional[Reply]] = stored
        self.clock = Clock()
        test = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                got = Got(self.path, headers, body, test.clock.at, self.client_address)
                test.got.append(got)
                reply = test.reply(got)
                if reply is None:
                    self.close_connection = True
                    return
                status, answer, more = reply
                payload = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                self.send_response(status)
                for name, value in {**more, "content-length": str(len(payload))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def emitter(self, **settings: Any) -> Emitter:
        url = f"http://127.0.0.1:{self.server.server_address[1]}"
        emitter = Emitter(url, **{"key": KEY, "source": "/shop", "_world": self.clock, **settings})
        self.addCleanup(emitter.close)
        return emitter

    def by_turns(self, *replies: Optional[Reply]) -> None:
        left = list(replies)
        self.reply = lambda got: left.pop(0) if left else stored(got)

    def requests(self) -> List[str]:
        return [",".join(got.ids) for got in self.got]


class Sending(Emitting):
    def test_a_cloud_event_with_the_key(self) -> None:
        one = self.emitter().emit(TYPE, {"order": "17"}, subject="17", attributes={"partitionkey": "a"})
        self.assertEqual((one.id, one.event, one.seq), ("id-1", "e-id-1", 0))
        got = self.got[0]
        self.assertEqual((got.path, got.headers["authorization"]), ("/v1/events", f"Bearer {KEY}"))
        self.assertEqual(
            got.events[0],
            {
                "specversion": "1.0",
                "id": "id-1",
                "source": "/shop",
                "type": TYPE,
                "subject": "17",
                "time": "2026-03-01T00:00:00+00:00",
                "partitionkey": "a",
                "data": {"order": "17"},
            },
        )

    def test_batches_are_cut_by_count_and_by_bytes_and_kept_in_order(self) -> None:
        many = [Event(TYPE, at) for at in range(250)] + [Event(TYPE, "x" * 400_000)] * 3
        self.assertEqual(len(self.emitter().emit_batch(many)), 253)
        self.assertEqual([len(got.ids) for got in self.got], [100, 100, 52, 1])
        self.assertEqual([id for got in self.got for id in got.ids], [f"id-{at + 1}" for at in range(253)])
        self.assertEqual(len({got.peer for got in self.got}), 1)

    def test_one_that_signs_sends_each_alone(self) -> None:
        self.reply = lambda got: (202, {"event": f"e-{got.ids[0]}", "seq": 7}, {})
        emitter = self.emitter(sign_as="orders", key="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        self.assertEqual([one.seq for one in emitter.emit_batch([Event(TYPE), Event(TYPE)])], [7, 7])
        self.assertEqual(self.requests(), ["id-1", "id-2"])
        headers = self.got[0].headers
        self.assertEqual((self.got[0].path, headers["webhook-id"], "authorization" in headers), ("/v1/webhooks/orders", "id-1", False))

    def test_a_connection_that_was_closed_while_idle_is_made_anew_at_once(self) -> None:
        emitter = self.emitter()
        emitter.emit(TYPE)
        self.by_turns(None)
        emitter.emit(TYPE)
        self.assertEqual((self.requests(), self.clock.at), (["id-1", "id-2", "id-2"], 0.0))

    def test_a_forked_process_uses_no_connection_of_its_parent(self) -> None:
        emitter = self.emitter()
        emitter.emit(TYPE)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                emitter.emit(TYPE)
                code = 0
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        emitter.emit(TYPE)
        parent, child, after = (got.peer for got in self.got)
        self.assertEqual((parent == child, parent == after), (False, True))


class TryingAgain(Emitting):
    def test_as_the_same_event_at_growing_times(self) -> None:
        hotel: Reply = (200, "<html>Welcome to the hotel</html>", {})
        short: Reply = (202, {"events": []}, {})
        self.by_turns(None, problem(503, "log-unavailable"), hotel, short, (502, "bad gateway", {}), problem(408, "request-timeout"))
        self.assertEqual(self.emitter().emit(TYPE, 1).event, "e-id-1")
        self.assertEqual({json.dumps(got.events) for got in self.got}, {json.dumps(self.got[0].events)})
        times = [0.0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3]
        self.assertEqual([round(got.at, 3) for got in self.got], times)

    def test_not_before_retry_after(self) -> None:
        date = "Sun, 01 Mar 2026 00:00:20 GMT"
        self.by_turns(problem(429, "too-many-requests", {"retry-after": "7"}), problem(503, "busy", {"retry-after": date}))
        self.emitter().emit(TYPE)
        self.assertEqual([round(got.at, 3) for got in self.got], [0.0, 7.1, 20.2])

    def test_where_it_asks_for_longer_than_the_deadline_it_is_said_at_once(self) -> None:
        self.reply = lambda _: problem(503, "busy", {"retry-after": "90"})
        with self.assertRaises(EmitError) as caught:
            self.emitter().emit(TYPE)
        error = caught.exception
        self.assertEqual((error.code, error.retry_after, error.retryable, error.id, self.clock.at), ("busy", 90.0, True, "id-1", 0.0))

    def test_until_the_deadline(self) -> None:
        self.reply = lambda _: problem(503, "log-unavailable")
        with self.assertRaises(EmitError) as caught:
            self.emitter(deadline=5.0).emit(TYPE)
        self.assertEqual((caught.exception.code, caught.exception.retryable, self.clock.at), ("log-unavailable", True, 5.0))
        self.assertIn("not stored within 5 s", str(caught.exception))

    def test_a_type_that_cannot_be_taken_now_waits_by_itself(self) -> None:
        def reply(got: Got) -> Reply:
            types = [event["type"] for event in got.events]
            if "com.example.broken" not in types or self.clock.at > 2:
                return stored(got)
            return problem(503, "contract-broken", {"retry-after": "1"}, field=f"{types.index('com.example.broken')}.type")

        self.reply = reply
        types = ["a", "com.example.broken", "b", "com.example.broken", "c"]
        self.assertEqual(len(self.emitter().emit_batch([Event(type) for type in types])), 5)
        self.assertEqual(self.requests()[:2], ["id-1,id-2,id-3,id-4,id-5", "id-1,id-3,id-5"])
        self.assertEqual(set(self.requests()[2:]), {"id-2,id-4"})


class Refusing(Emitting):
    def test_it_is_not_sent_again_and_the_key_is_in_nothing(self) -> None:
        self.reply = lambda _: problem(422, "data-invalid", field="0.data.order", detail=f"Required; you said {KEY}")
        with self.assertRaises(EmitError) as caught:
            self.emitter().emit(TYPE)
        error = caught.exception
        self.assertEqual((error.code, error.status, error.field, error.retryable, len(self.got)), ("data-invalid", 422, "data.order", False, 1))
        self.assertNotIn(KEY, f"{error} {error!r} {vars(error)}")

    def test_of_a_request_it_is_taken_out(self) -> None:
        def reply(got: Got) -> Reply:
            for at, event in enumerate(got.events):
                if event["type"] == "com.example.unknown":
                    return problem(422, "type-unknown", field=f"{at}.type")
                if event["data"] == "bad":
                    return problem(422, "data-invalid", field=f"{at}.data")
            return stored(got)

        self.reply = reply
        types = ["com.example.unknown", TYPE, "com.example.unknown", TYPE, TYPE]
        with self.assertRaises(BatchError) as caught:
            self.emitter().emit_batch([Event(type, "bad" if at == 3 else at) for at, type in enumerate(types)])
        failed = [(place, error.code, error.id) for place, error in caught.exception.failed]
        self.assertEqual(failed, [(0, "type-unknown", "id-1"), (2, "type-unknown", "id-3"), (3, "data-invalid", "id-4")])
        self.assertEqual(self.requests(), ["id-1,id-2,id-3,id-4,id-5", "id-2,id-4,id-5", "id-2,id-5"])

    def test_where_nobody_says_which_it_is_found_by_halves(self) -> None:
        self.reply = lambda got: (403, "blocked", {}) if any(event["data"] == 5 for event in got.events) else stored(got)
        with self.assertRaises(BatchError) as caught:
            self.emitter().emit_batch([Event(TYPE, at) for at in range(8)])
        self.assertEqual([(place, error.code, error.status) for place, error in caught.exception.failed], [(5, "refused", 403)])

    def test_for_the_senders_sake_all_of_it_is(self) -> None:
        for status in (401, 404, 302):
            self.got.clear()
            self.reply = lambda _: (status, "", {})
            with self.assertRaises(BatchError) as caught:
                self.emitter().emit_batch([Event(TYPE), Event(TYPE)])
            self.assertEqual(([error.status for _, error in caught.exception.failed], len(self.got)), ([status, status], 1))

    def test_before_it_is_sent(self) -> None:
        emitter = self.emitter()
        wrong = [
            Event(""),
            Event(TYPE, float("nan")),
            Event(TYPE, b"bytes"),
            Event(TYPE, {1, 2}),
            Event(TYPE, time=datetime(2026, 3, 1)),
        ]
        with self.assertRaises(BatchError) as caught:
            emitter.emit_batch(wrong)
        self.assertEqual([error.field for _, error in caught.exception.failed], ["type", "data", "data", "data", "time"])
        emitter.close()
        with self.assertRaisesRegex(EmitError, "closed"):
            emitter.emit(TYPE)
        self.assertEqual(self.got, [])


class Settings(unittest.TestCase):
    def test_wrong_ones_are_said_without_what_was_given(self) -> None:
        url = "https://gateway.example.com"
        wrong: List[Dict[str, Any]] = [
            {"key": "s3cret"},
            {"url": "gateway s3cret", "key": "k"},
            {"url": "ftp://s3cret.example.com", "key": "k"},
            {"url": "https://me:s3cret@example.com", "key": "k"},
            {"url": "https://example.com:s3cret", "key": "k"},
            {"url": url},
            {"url": url, "key": "s3cret\nsecond"},
            {"url": url, "key": "s3cret", "deadline": 0},
        ]
        with patch.dict(os.environ, clear=True):
            for settings in wrong:
                with self.subTest(settings), self.assertRaises(EmitError) as caught:
                    Emitter(**settings)
                self.assertEqual(caught.exception.code, "settings-invalid")
                self.assertNotIn("s3cret", str(caught.exception))

    def test_a_keys_file_is_read_before_each_request(self) -> None:
        from armada_emit._settings import key_of

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "shop.key")
            for key in (key_of(None, path, {"ARMADA_GATEWAY_KEY": "no"}), key_of(None, None, {"ARMADA_GATEWAY_KEY_FILE": path})):
                for text in ("first", "second"):
                    with open(path, "w") as file:
                        file.write(f"{text}\n")
                    self.assertEqual(key(), text)
            with self.assertRaisesRegex(EmitError, "key-unreadable"):
                key_of(None, os.path.join(folder, "none"), {})()

    def test_what_a_callers_function_says_when_it_fails_is_not_shown(self) -> None:
        from armada_emit._settings import key_of

        def key() -> str:
            raise RuntimeError("s3cret")

        with self.assertRaises(EmitError) as caught:
            key_of(key, None, {})()
        self.assertNotIn("s3cret", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
