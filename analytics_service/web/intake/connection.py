"""A connection that costs no more than its share: bounded headers, time, and place among the others."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import httptools
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from analytics_service.logs import LOG_INTERVAL, ThrottleFilter
from analytics_service.web.errors import problem
from analytics_service.web.intake.connection_limit import Crowd
from analytics_service.web.intake.pipeline import SLICE, TurnTaking

REQUEST_TIMEOUT = timedelta(seconds=10)
"""From a request's first byte, or the connection's first moment, to the request's last byte."""
READ_TIMEOUT = timedelta(seconds=10)
"""Within it a client must have taken some of the answers that wait for it."""
LAST_REQUEST_TIMEOUT = timedelta(seconds=2)
"""What a connection has for its last request when the service ends."""
HEAD_LIMIT, HEADERS_LIMIT = 32 * 1024, 100
"""Bytes of target and headers, or of anything else that is no body; and how many headers."""
RETRY_AFTER = timedelta(seconds=5)
_CLOSE = {"Connection": "close"}
_BUSY = problem(
    "unavailable",
    "Unavailable",
    503,
    "Too many connections.",
    {**_CLOSE, "Retry-After": f"{RETRY_AFTER.total_seconds():.0f}"},
)
_TOO_LONG = problem("http", "Headers too large", 431, "Target and headers are too long or too many.", _CLOSE)
_TOO_SLOW = problem("http", "Request timeout", 408, "The request did not arrive within 10 seconds.", _CLOSE)
_NO_HTTP = problem("http", "Bad request", 400, "This is no valid HTTP request.", _CLOSE)
_NO_HOST = problem("http", "Bad request", 400, "A request names exactly one Host.", _CLOSE)
_NO_TUNNEL = problem(
    "http", "Method not allowed", 405, "There are no tunnels here.", {**_CLOSE, "Allow": "GET, POST"}
)


def _throttled_logger(kind: str) -> logging.Logger:
    logger = logging.getLogger(f"{__name__}.{kind}")
    logger.addFilter(ThrottleFilter(LOG_INTERVAL))
    return logger


_log_malformed, _log_busy = _throttled_logger("malformed"), _throttled_logger("busy")


class _Refused(Exception):
    """Raised within the parser: this request is answered so, and the connection closed."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class BoundedConnection(TurnTaking):
    """uvicorn's httptools protocol in turns, and nobody takes more than their share."""

    def __init__(self, *arguments: Any, crowd: Crowd, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # Counted by the crowd, which makes room before it refuses.
        self.limit_concurrency = None
        self._crowd = crowd
        self._is_served = False
        self._is_new = True
        self._ends = False
        self._in_head = False
        self._quiet = 0
        self._upgrades = False
        self._unread = 0
        self._refusal: Response | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Enters the crowd; the time of the first request begins."""
        super().connection_made(transport)
        self._begun_at = self.loop.time()
        address = self.client[0] if self.client else ""
        is_proxy = self.app_state["services"].proxies.is_trusted(address)
        self._is_served = self._crowd.enter(self, address, is_proxy=is_proxy)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leaves the crowd when the client is gone."""
        self._crowd.exit(self)
        super().connection_lost(exc)

    def leave(self) -> None:
        """Makes room for somebody who has something to say."""
        self.transport.abort()

    def _feed(self, data: bytes) -> None:
        if self._is_over():
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._ignore_upgrade(data[upgrade.args[0] :])
            return
        except httptools.HttpParserError as error:
            refused = error.__context__
            if isinstance(refused, _Refused):
                self._refuse(refused.response)
            else:
                _log_malformed.warning("a request that is no valid HTTP was refused")
                self._refuse(_NO_HTTP)
            return
        if self._begun_at is not None:
            self._quiet += len(data)
            # The slice may have begun before the request.
            if self._quiet > HEAD_LIMIT + SLICE:
                self._refuse(_TOO_LONG)

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Reads the request as if it had not offered another protocol (RFC 9110, 7.8)."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(_NO_TUNNEL)
            return
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (method, self.url, version)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._upgrades = False
        self._feed(b"\r\n".join([*lines, b"", b""]))
        if rest and self.parser is not None and not self.transport.is_closing():
            self._feed(rest)

    def _refuse(self, response: Response) -> None:
        """Answers and closes, but first gives earlier requests the answers that they are still owed."""
        is_its_own = not (self._in_head or self.pipeline or getattr(self.cycle, "response_started", True))
        if self._is_busy() and not is_its_own and not getattr(self.cycle, "response_started", False):
            self._refuse_last(response)
            return
        if not self._is_busy() or is_its_own:
            self.transport.write(self._encoded(response))
        if self._is_busy():
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._waiting = b""
        self.transport.close()

    def _refuse_last(self, response: Response) -> None:
        if self.pipeline and self._begun_at is not None and not self._in_head:
            # The newest is the refused one itself, whose body never comes.
            self.pipeline.popleft()
            self.cycle = self.pipeline[0][0] if self.pipeline else self._answered  # type: ignore[assignment]
        self._refusal, self._waiting = response, b""
        self._begun_at = self.loop.time()
        self.flow.pause_reading()

    def on_response_complete(self) -> None:
        """After the last answer that is owed, refuses what came behind it."""
        super().on_response_complete()
        if self._refusal is None or self.pipeline or self._is_busy() or self.transport.is_closing():
            return
        self.transport.write(self._encoded(self._refusal))
        self.transport.close()

    def _is_owed(self) -> bool:
        return self._refusal is not None or super()._is_owed()

    def _is_over(self) -> bool:
        return self._refusal is not None or super()._is_over()

    def _encoded(self, response: Response) -> bytes:
        headers = [*self.server_state.default_headers, *response.raw_headers]
        lines = b"".join(b"%b: %b\r\n" % pair for pair in headers)
        return STATUS_LINE[response.status_code] + lines + b"\r\n" + bytes(response.body)

    # The parser's calls.

    def on_message_begin(self) -> None:
        """Notes the first byte of a request."""
        super().on_message_begin()
        self._begin()

    def _begin(self) -> None:
        self._in_head = True
        self._quiet = 0
        self._requests += 1
        if self._begun_at is None:
            self._begun_at = self.loop.time()

    def on_body(self, body: bytes) -> None:
        """Takes in some of a request's body."""
        self._quiet = 0
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Refuses what no request may be; one that came while the service ends is the last here."""
        if self.parser.should_upgrade():
            self._upgrades = True
            return
        version = self.parser.get_http_version()
        hosts = sum(name == b"host" for name, _ in self.headers)
        if version not in ("1.0", "1.1"):
            raise _Refused(_NO_HTTP)
        if hosts > 1 or (not hosts and version == "1.1"):
            raise _Refused(_NO_HOST)
        self._check_bounds()
        super().on_headers_complete()
        self._in_head = False
        # Trailers are no headers.
        self.headers = []
        if self._ends and self.cycle is not None:
            self.cycle.keep_alive = False

    def _check_bounds(self) -> None:
        if self._is_too_long():
            raise _Refused(_TOO_LONG)
        if not self._is_served:
            _log_busy.warning("a connection too many was refused")
            raise _Refused(_BUSY)

    def _is_too_long(self) -> bool:
        if self._quiet <= HEAD_LIMIT - SLICE:
            return len(self.headers) > HEADERS_LIMIT
        size = len(self.url) + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)
        return size > HEAD_LIMIT or len(self.headers) > HEADERS_LIMIT

    def on_message_complete(self) -> None:
        """Hands on a request that is here as a whole."""
        if self._upgrades:
            return
        # These are trailers.
        if self._is_too_long():
            raise _Refused(_TOO_LONG)
        self._complete()
        super().on_message_complete()

    def _complete(self) -> None:
        self._begun_at = None
        if self._is_new:
            self._is_new = False
            self._crowd.keep(self)

    # Time.

    def shutdown(self) -> None:
        """The service ends: who is sending a request, or has only just come, is answered all the same."""
        self.app_state["services"].end_streams()
        if self._begun_at is None or self._is_busy():
            super().shutdown()
            return
        self._ends = True
        self.loop.call_later(LAST_REQUEST_TIMEOUT.total_seconds(), self._close_if_nothing_came)

    def _close_if_nothing_came(self) -> None:
        if self._begun_at is not None:
            self.transport.close()

    def close_if_overdue(self, now: float) -> None:
        """Closes where a request takes too long, or answers wait too long; `now` on the loop's clock."""
        unread = self.transport.get_write_buffer_size()
        if not unread or unread < self._unread:
            self._unread_since = None
        elif self._unread_since is None:
            self._unread_since = now
        self._unread = unread
        is_stuck = self._unread_since is not None and now - self._unread_since > READ_TIMEOUT.total_seconds()
        if is_stuck or (self._refusal is not None and self._is_late(now)):
            self.transport.abort()
        elif self._is_late(now) and not self.flow.read_paused:
            self._refuse(_TOO_SLOW)

    def _is_late(self, now: float) -> bool:
        return self._begun_at is not None and now - self._begun_at > REQUEST_TIMEOUT.total_seconds()
