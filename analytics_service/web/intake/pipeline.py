"""What a connection is given at once is worked off in turns, so that one client holds up nobody else.

uvicorn's protocol feeds all of it to the parser. Here the parser gets it in slices, a bounded number of
requests in each turn of the loop; the rest waits, and nothing more is read meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

SLICE = 1024
TURN_BYTES, TURN_REQUESTS = 16 * 1024, 64
"""What one connection may cost in one turn of the loop."""


class _Flow(FlowControl):
    """Reads on only when the connection has nothing left that it was given before."""

    def __init__(self, transport: asyncio.Transport, connection: TurnTaking) -> None:
        super().__init__(transport)
        self._connection = connection

    def resume_reading(self) -> None:
        """Goes on with what waits, else reads."""
        if self._connection.may_read():
            super().resume_reading()


class TurnTaking(HttpToolsProtocol):
    """uvicorn's httptools protocol in bounded turns."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._begun_at: float | None = None
        self._requests = 0
        self._waiting = b""
        self._has_turn = False
        self._is_last = False
        self._answered: RequestResponseCycle | None = None
        self._unread_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes over the flow control of a new connection."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the request in hand that its client is gone."""
        self._waiting = b""
        # uvicorn tells only the newest request, which is not the one that is being answered.
        if self._answered is not None:
            self._answered.disconnected = True
            self._answered.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        """Takes in some bytes; at most a slice of them is worked off before anybody else has a turn."""
        self._unset_keepalive_if_required()
        if self._waiting:
            self._waiting += data
        elif len(data) > SLICE or self.flow.read_paused:
            self._waiting = data
            self._poll()
        else:
            self._feed(data)

    def _is_over(self) -> bool:
        """Whether nothing more is taken in from this client."""
        return self.transport.is_closing()

    def _may_go_on(self) -> bool:
        if self.pipeline or self.flow.write_paused:
            return False
        body = getattr(self.cycle, "body", b"")
        return len(body) <= HIGH_WATER_LIMIT or not self._is_busy()

    def _poll(self) -> None:
        """Works off some of what waits; the rest in the next turn, or when the answers are through."""
        self._has_turn = False
        given, at = self._waiting, 0
        if not given:
            return
        self._requests = 0
        while at < min(len(given), TURN_BYTES) and self._requests < TURN_REQUESTS:
            if self._is_over() or not self._may_go_on():
                break
            self._unset_keepalive_if_required()
            self._feed(given[at : at + SLICE])
            at += SLICE
        self._waiting = b"" if self._is_over() else given[at:]
        if self._is_over():
            return
        if not self._waiting:
            self.flow.resume_reading()
            return
        self.flow.pause_reading()
        if self._may_go_on():
            self._take_a_turn()

    def _take_a_turn(self) -> None:
        if not self._has_turn:
            self._has_turn = True
            self.loop.call_soon(self._poll)

    def may_read(self) -> bool:
        """Tells whether the next bytes may come; where some wait, their turn is arranged instead."""
        if self._is_over() or not self._may_go_on():
            return False
        if self._waiting:
            self._take_a_turn()
            return False
        if self._begun_at is not None and self.flow.read_paused:
            # The time while nothing was read is not the client's.
            self._begun_at = self.loop.time()
        return True

    def _feed(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keeps open for answers that are owed; a client who only reads a stream has left."""
        self._is_last = self._is_owed() and not getattr(self.cycle, "response_started", False)
        return self._is_last

    def _is_owed(self) -> bool:
        return bool(self.pipeline or self._waiting) or self._is_busy()

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def on_response_complete(self) -> None:
        """Goes on with the next request, or closes where the client sends nothing more."""
        super().on_response_complete()
        if self._is_last and not self._is_owed() and not self.transport.is_closing():
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """Closes an idle connection; none is idle whose requests wait here."""
        if not self._waiting:
            super().timeout_keep_alive_handler()

    def resume_writing(self) -> None:
        """Goes on when the client reads again."""
        super().resume_writing()
        self._unread_since = None
        self.flow.resume_reading()

    def pause_writing(self) -> None:
        """Reads no more from a client who does not read."""
        super().pause_writing()
        self.flow.pause_reading()
