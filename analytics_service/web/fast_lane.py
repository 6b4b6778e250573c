"""The short way for beacons and for answers that are ready: no scope, no cycle, no task.

The ordinary routes are the reference, and one contract suite runs on both. What the lane does not know
takes the ordinary way from its headers on.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any

import uvicorn
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from analytics_service.domain.beacons import BEACON_LIMIT, parse
from analytics_service.domain.facts import encode
from analytics_service.domain.model import Drop
from analytics_service.errors import AnalyticsError
from analytics_service.web.beacon import HEADERS
from analytics_service.web.errors import answer_to, internal_error
from analytics_service.web.parts import Parts, client_from

PATH = b"/v"
RUNS_ON = "0.54"
"""The minor release of uvicorn that the contract suite ran on; another one serves without the lane."""
ARRIVES_WITHIN = 10.0
"""Seconds from a request's first byte, or the connection's first moment, to the request's last byte."""
LAST_REQUEST_WITHIN = 2.0
"""Seconds that a connection has for its last request when the service ends."""
ANSWERS_LIMIT = 64
"""Beacons of one connection that may wait for the disk before the next ones are read."""
# A request that carries one of these takes the ordinary way.
_UNUSUAL = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade", b"connection"})
# And a GET that carries one of these has an answer of its own.
_OF_ITS_OWN = frozenset({b"if-none-match", b"if-modified-since", b"range", b"content-length"})
_OPEN = b"".join(b"%b: %b\r\n" % (name.lower().encode(), value.encode()) for name, value in HEADERS.items())
_TAKING_LONG = STATUS_LINE[408] + b"content-length: 0\r\nconnection: close\r\n\r\n"

log = logging.getLogger(__name__)

Answer = tuple[bytes, bytes]
"""Status line with headers, and the body; what every answer of the server carries goes between them."""


def is_supported() -> bool:
    """Whether the installed uvicorn is one that this room was tried on."""
    return uvicorn.__version__.rpartition(".")[0] == RUNS_ON


def _accepted(told: str) -> Answer:
    return STATUS_LINE[202] + _OPEN + b"x-vstats: %b\r\ncontent-length: 0\r\n" % told.encode(), b""


_COUNTED = _accepted("counted")
_DROPPED = {drop: _accepted(f"dropped; reason={drop.value}") for drop in Drop}


def _as_answer(response: Response) -> Answer:
    head = b"".join(b"%b: %b\r\n" % pair for pair in response.raw_headers)
    return STATUS_LINE[response.status_code] + head, bytes(response.body)


class _Unheard:
    """An event that nobody waits for."""

    def set(self) -> None:
        """Nothing happens."""


class InLane:
    """Stands where uvicorn has its cycle while answers of the lane wait for the disk."""

    response_complete = False
    message_event = _Unheard()

    def __init__(self) -> None:
        self.disconnected = False
        self.keep_alive = True


class WithDeadline(HttpToolsProtocol):
    """uvicorn's httptools protocol, and whoever takes too long to send a request is closed."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._begun_at: float | None = None
        self._ends = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there; its first request is awaited."""
        super().connection_made(transport)
        self._begun_at = self.loop.time()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._begin()

    def _begin(self) -> None:
        if self._begun_at is None:
            self._begun_at = self.loop.time()

    def on_message_complete(self) -> None:
        """A whole request is here."""
        self._begun_at = None
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """A request that came while the service ends is the last of its connection."""
        super().on_headers_complete()
        if self._ends and self.cycle is not None:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """The service ends: who is sending a request, or has only just come, is answered all the same."""
        self.app_state["parts"].end_streams()
        if self._begun_at is None or (self.cycle is not None and not self.cycle.response_complete):
            super().shutdown()
            return
        self._ends = True
        self.loop.call_later(LAST_REQUEST_WITHIN, self._close_if_nothing_came)

    def _close_if_nothing_came(self) -> None:
        if self._begun_at is not None:
            self.transport.close()

    def close_if_overdue(self, now: float) -> None:
        """Closes where a request has been arriving for too long; `now` on the loop's clock."""
        if self._begun_at is not None and now - self._begun_at > ARRIVES_WITHIN:
            if self.cycle is None or self.cycle.response_complete:
                self.transport.write(_TAKING_LONG)
            self.transport.close()


class FastLane(WithDeadline):
    """The same with a short way for beacons."""

    cycle: Any  # uvicorn's, or InLane in its place

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._body: bytearray | None = None
        self._ready: Answer | None = None
        # In the order of the requests: an empty list is an answer that waits for the disk.
        self._answers: deque[list[Answer]] = deque()
        self._common: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"")

    def on_message_begin(self) -> None:
        """The scope is made only for those who take the ordinary way."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._body = None
        self._begin()

    def on_headers_complete(self) -> None:
        """Chooses the way."""
        if self._may_enter():
            self._body = bytearray()
            return
        if self._is_plain_get() and (ready := self.app_state["parts"].ready.find(self.url)):
            self._body, self._ready = bytearray(), _as_answer(ready)
            return
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()

    def _may_enter(self) -> bool:
        if self.url != PATH or self.parser.get_method() != b"POST" or self.parser.get_http_version() != "1.1":
            return False
        if self.pipeline or (type(self.cycle) is not InLane and self._is_busy()):
            return False
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            return False
        length = b""
        for name, value in self.headers:
            if name in _UNUSUAL:
                return False
            if name == b"content-length":
                length = value
        return length.isdigit() and int(length[:20]) <= BEACON_LIMIT

    def _is_plain_get(self) -> bool:
        """Whether an answer that was given to somebody else would do."""
        if self.parser.get_method() != b"GET" or self.parser.get_http_version() != "1.1" or self.pipeline:
            return False
        if type(self.cycle) is not InLane and self._is_busy():
            return False
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            return False
        return not any(name in _UNUSUAL or name in _OF_ITS_OWN for name, _ in self.headers)

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def on_body(self, body: bytes) -> None:
        """Some of a request's body."""
        if self._body is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        """A whole request is here."""
        if self._body is None:
            super().on_message_complete()
            return
        self._begun_at = None
        if type(self.cycle) is not InLane:
            self.cycle = InLane()
        if self._ends:
            self.cycle.keep_alive = False
        answer: list[Answer] = []
        self._answers.append(answer)
        if len(self._answers) >= ANSWERS_LIMIT:
            self.flow.pause_reading()
        try:
            if self._ready is not None:
                answer.append(self._ready)
            else:
                self._admit(bytes(self._body), answer)
        except AnalyticsError as error:
            answer.append(_as_answer(answer_to(error, "/v")))
        except Exception:
            log.exception("a bug in the way of a beacon")
            answer.append(_as_answer(internal_error()))
        self._body = self._ready = None
        if answer:
            self._send_ready()

    def _admit(self, body: bytes, answer: list[Answer]) -> None:
        parts: Parts = self.app_state["parts"]
        client = client_from(self.headers, self.client[0] if self.client else "", parts.proxies)
        verdict = parts.collector.admit(parse(body), client, parts.clock())
        accepted = _COUNTED if verdict.drop is None else _DROPPED[verdict.drop]
        if verdict.fact is None:
            answer.append(accepted)
            return

        def settled(done: asyncio.Future[None]) -> None:
            error = done.exception()
            if error is None:
                answer.append(accepted)
            elif isinstance(error, AnalyticsError):
                answer.append(_as_answer(answer_to(error, "/v")))
            else:
                answer.append(_as_answer(internal_error()))
            self._send_ready()

        parts.journal.append(encode(verdict.fact)).add_done_callback(settled)

    def _send_ready(self) -> None:
        """Sends the answers that no earlier one keeps back; after the last, what uvicorn does after one."""
        pieces = []
        cycle = self.cycle
        ends = type(cycle) is InLane and not cycle.keep_alive
        while self._answers and self._answers[0]:
            ((head, body),) = self._answers.popleft()
            last = ends and not self._answers
            pieces += [head, self._headers_of_all(), b"connection: close\r\n\r\n" if last else b"\r\n", body]
            self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if pieces:
            self.transport.write(b"".join(pieces))
        if self._answers:
            return
        if type(cycle) is InLane:
            self.cycle = None
        if ends:
            self.transport.close()
            return
        # It counts the last one itself.
        self.server_state.total_requests -= 1
        self.on_response_complete()

    def _headers_of_all(self) -> bytes:
        """The date and whatever else uvicorn puts on every answer; it makes a new list each second."""
        made_from, made = self._common
        if made_from is not self.server_state.default_headers:
            made_from = self.server_state.default_headers
            made = b"".join(b"%b: %b\r\n" % pair for pair in made_from)
            self._common = (made_from, made)
        return made

    def pause_writing(self) -> None:
        """Who does not read answers is not read either."""
        super().pause_writing()
        self.flow.pause_reading()

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self.flow.resume_reading()
