"""A client of Redis that gives up for a while after a failure, and is made anew."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from analytics_service.redis_client.client import ANSWER_TIMEOUT, FAULTS, Client, Node, connect, nodes_of

PAUSE_AFTER_FAILURE = timedelta(seconds=2)
LOG_INTERVAL = timedelta(minutes=1)
"""Where Redis comes and goes, it is logged no more often than this."""

Start = Callable[[Coroutine[object, object, None]], asyncio.Task[None]]
"""Starts work that goes on beside answering, and takes care that it does not fail unnoticed."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _SharedClient:
    """A client and how many use it just now."""

    client: Client
    users: int = 0
    unused: asyncio.Event = field(default_factory=asyncio.Event)

    async def close(self) -> None:
        """Closes the client once nobody uses it: one that still connects would stay open after its end."""
        if self.users:
            await self.unused.wait()
        try:
            await self.client.aclose()
        except FAULTS:
            log.debug("a broken connection did not close cleanly")


class Link:
    """The client of the moment; `without` says what nobody knows while Redis is away."""

    def __init__(self, url: str, without: str, *, answer_timeout: timedelta = ANSWER_TIMEOUT) -> None:
        self._url = url
        self._without = without
        self._answer_timeout = answer_timeout
        self._nodes: list[Node] = []
        self._away_until = 0.0
        self._failed_at: float | None = None
        self._logged_at = float("-inf")
        self._is_logged = False
        self._current = self._new()
        self._ending: set[asyncio.Task[None]] = set()

    def _new(self) -> _SharedClient:
        return _SharedClient(connect(self._url, self._nodes, answer_timeout=self._answer_timeout))

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """The client of the moment, which is not closed before the block ends."""
        current = self._current
        current.users += 1
        current.unused.clear()
        try:
            yield current.client
            # An answer of an older client may be from before the failure.
            if current is self._current and self._failed_at is not None:
                self._report_success(self._failed_at)
        finally:
            current.users -= 1
            if not current.users:
                current.unused.set()

    @property
    def is_away(self) -> bool:
        """Whether Redis failed just now, and is left alone."""
        return time.monotonic() < self._away_until

    def try_again(self) -> None:
        """Ends the pause after a failure at once."""
        self._away_until = 0.0

    def report_failure(self, error: Exception) -> None:
        """Begins a pause, with a new client: the old one's connections may hold answers of before."""
        now = time.monotonic()
        if self._failed_at is None:
            self._failed_at = now
            self._is_logged = now - self._logged_at >= LOG_INTERVAL.total_seconds()
            if self._is_logged:
                self._logged_at = now
                log.warning("Redis is away, %s: %s", self._without, type(error).__name__)
        self._away_until = now + PAUSE_AFTER_FAILURE.total_seconds()
        self._nodes = nodes_of(self._current.client) or self._nodes
        broken, self._current = self._current, self._new()
        ending = asyncio.create_task(broken.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    def _report_success(self, failed_at: float) -> None:
        self._failed_at = None
        if self._is_logged:
            log.warning("Redis is back after %.0f s", time.monotonic() - failed_at)

    async def close(self) -> None:
        """Closes the client of the moment, and waits for those that were replaced."""
        await asyncio.gather(self._current.close(), *self._ending)
