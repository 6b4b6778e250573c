"""A client of Redis that gives up for a while after a failure, and is made anew."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from analytics_service.redis_client.client import ANSWER_WITHIN, FAULTS, Client, Node, connected, nodes_of

PAUSE_AFTER_FAILURE = 2.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Lent:
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

    def __init__(self, url: str, without: str, *, answer_within: float = ANSWER_WITHIN) -> None:
        self._url = url
        self._without = without
        self._answer_within = answer_within
        self._nodes: list[Node] = []
        self._away_until = 0.0
        self._lent = self._new()
        self._ending: set[asyncio.Task[None]] = set()

    def _new(self) -> _Lent:
        return _Lent(connected(self._url, self._nodes, answer_within=self._answer_within))

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """The client of the moment, which is not closed before the block ends."""
        lent = self._lent
        lent.users += 1
        lent.unused.clear()
        try:
            yield lent.client
        finally:
            lent.users -= 1
            if not lent.users:
                lent.unused.set()

    @property
    def is_away(self) -> bool:
        """Whether Redis failed just now, and is left alone."""
        return time.monotonic() < self._away_until

    def try_again(self) -> None:
        """Ends the pause."""
        self._away_until = 0.0

    def failed(self, error: Exception) -> None:
        """Begins a pause, with a new client: the old one's connections may hold answers of before."""
        if not self.is_away:
            log.warning("Redis is away, %s: %s", self._without, type(error).__name__)
        self._away_until = time.monotonic() + PAUSE_AFTER_FAILURE
        self._nodes = nodes_of(self._lent.client) or self._nodes
        broken, self._lent = self._lent, self._new()
        ending = asyncio.create_task(broken.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """Closes the client of the moment, and waits for those that were replaced."""
        await asyncio.gather(self._lent.close(), *self._ending)
