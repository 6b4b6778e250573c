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
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from analytics_service.domain.beacons import BEACON_LIMIT, parse
from analytics_service.domain.drops import Drop, Refusal
from analytics_service.errors import AnalyticsError, BadBeacon
from analytics_service.web.errors import error_response, internal_error
from analytics_service.web.intake.beacon import HEADERS
from analytics_service.web.intake.client import client_from
from analytics_service.web.intake.connection import BoundedConnection
from analytics_service.web.intake.door import accept
from analytics_service.web.intake.refusals import count_refusal
from analytics_service.web.services import Services

PATH = b"/v"
RUNS_ON = "0.54"
"""The minor release of uvicorn that the contract suite ran on; another one serves without the lane."""
ANSWERS_LIMIT = 64
"""Beacons of one connection that may wait for the disk before the next ones are read."""
# A request that carries one of these takes the ordinary way.
_UNUSUAL = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade", b"connection"})
_ASKED = _UNUSUAL | {b"content-length", b"host"}
# And a GET that carries one of these has an answer of its own.
_OF_ITS_OWN = frozenset(
    {b"authorization", b"if-none-match", b"if-modified-since", b"range", b"content-length"}
)
_OPEN = b"".join(b"%b: %b\r\n" % (name.lower().encode(), value.encode()) for name, value in HEADERS.items())

log = logging.getLogger(__name__)

Answer = tuple[bytes, bytes]
"""Status line with headers, and the body; what every answer of the server carries goes between them."""


def is_supported() -> bool:
    """Tells whether the installed uvicorn is one that this room was tried on."""
    return uvicorn.__version__.rpartition(".")[0] == RUNS_ON


def _accepted(verdict: str) -> Answer:
    return STATUS_LINE[202] + _OPEN + b"x-vstats: %b\r\ncontent-length: 0\r\n" % verdict.encode(), b""


_COUNTED = _accepted("counted")
_DROPPED = {drop: _accepted(f"dropped; reason={drop.value}") for drop in Drop}


def _as_answer(response: Response) -> Answer:
    head = b"".join(b"%b: %b\r\n" % pair for pair in response.raw_headers)
    return STATUS_LINE[response.status_code] + head, bytes(response.body)


class NullEvent:
    """An event that nobody waits for."""

    def set(self) -> None:
        """Does nothing: uvicorn sets it when a client leaves."""


class LaneCycle:
    """Stands where uvicorn has its cycle while answers of the lane wait for the disk."""

    response_complete = False
    message_event = NullEvent()

    def __init__(self) -> None:
        self.disconnected = False
        self.keep_alive = True


class FastLane(BoundedConnection):
    """A bounded connection with a short way for beacons and ready answers."""

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
        """Chooses the short way or uvicorn's own."""
        if self._may_enter():
            self._in_head = False
            self._body = bytearray()
            return
        if self._is_plain_get() and (ready := self.app_state["services"].responses.find(self.url)):
            self._in_head = False
            self._body, self._ready = bytearray(), _as_answer(ready)
            return
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        quiet, requests = self._quiet, self._requests
        super().on_message_begin()
        self._quiet, self._requests = quiet, requests
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()

    def _may_enter(self) -> bool:
        if self.url != PATH or self.parser.get_method() != b"POST" or self.parser.get_http_version() != "1.1":
            return False
        if not self._has_room():
            return False
        length = b""
        hosts = 0
        for name, value in self.headers:
            if name in _ASKED:
                if name == b"host":
                    # On the dashboard's own host no beacon is taken.
                    if value == self.app_state["services"].dashboard.own_host:
                        return False
                    hosts += 1
                elif name == b"content-length":
                    length = value
                else:
                    return False
        return hosts == 1 and length.isdigit() and int(length[:20]) <= BEACON_LIMIT

    def _has_room(self) -> bool:
        """Whether the lane's answer would be the next, and this client is to be answered at all."""
        if self.pipeline or (type(self.cycle) is not LaneCycle and self._is_busy()):
            return False
        return self._is_served and not self._is_too_long()

    def _is_plain_get(self) -> bool:
        """Whether an answer that was given to somebody else would do."""
        if self.parser.get_method() != b"GET" or self.parser.get_http_version() != "1.1":
            return False
        if not self._has_room():
            return False
        hosts = 0
        for name, _ in self.headers:
            if name in _UNUSUAL or name in _OF_ITS_OWN:
                return False
            hosts += name == b"host"
        return hosts == 1

    def on_body(self, body: bytes) -> None:
        """Takes in some of a request's body."""
        if self._body is None:
            super().on_body(body)
        else:
            self._quiet = 0
            self._body += body

    def on_message_complete(self) -> None:
        """Answers a beacon that is here as a whole."""
        if self._body is None:
            super().on_message_complete()
            return
        self._complete()
        if type(self.cycle) is not LaneCycle:
            self.cycle = LaneCycle()
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
            answer.append(_as_answer(error_response(error, "/v")))
        except Exception:
            log.exception("a bug in the way of a beacon")
            answer.append(_as_answer(internal_error()))
        self._body = self._ready = None
        if answer:
            self._send_ready()

    def _admit(self, body: bytes, answer: list[Answer]) -> None:
        services: Services = self.app_state["services"]
        client = client_from(self.headers, self.client[0] if self.client else "", services.proxies)
        try:
            beacon = parse(body)
        except BadBeacon:
            origin = next((value for name, value in self.headers if name == b"origin"), b"")
            count_refusal(services, Refusal.MALFORMED, body, origin.decode("latin-1"))
            raise
        (verdict,), flushed = accept(services, client, (beacon,))
        accepted = _COUNTED if verdict.drop is None else _DROPPED[verdict.drop]
        if flushed is None:
            answer.append(accepted)
            return

        def send(done: asyncio.Future[None]) -> None:
            error = done.exception()
            if error is None:
                answer.append(accepted)
            elif isinstance(error, AnalyticsError):
                answer.append(_as_answer(error_response(error, "/v")))
            else:
                answer.append(_as_answer(internal_error()))
            self._send_ready()

        flushed.add_done_callback(send)

    def _send_ready(self) -> None:
        """Sends the answers that no earlier one keeps back; after the last, what uvicorn does after one."""
        pieces = []
        cycle = self.cycle
        ends = type(cycle) is LaneCycle and not cycle.keep_alive
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
        if type(cycle) is LaneCycle:
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

    def _may_go_on(self) -> bool:
        return len(self._answers) < ANSWERS_LIMIT and super()._may_go_on()
