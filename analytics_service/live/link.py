"""A client of Redis that gives up for a while after a failure, and is made anew."""

import asyncio
import logging
import time

from analytics_service.live.connecting import FAULTS, Client, Node, connected, nodes_of

PAUSE_AFTER_FAILURE = 2.0

log = logging.getLogger(__name__)


class Link:
    """The client of the moment; `without` says what nobody knows while Redis is away."""

    def __init__(self, url: str, without: str) -> None:
        self._url = url
        self._without = without
        self._nodes: list[Node] = []
        self._away_until = 0.0
        self.client: Client = connected(url)

    @property
    def is_away(self) -> bool:
        """Whether Redis failed just now, and is left alone."""
        return time.monotonic() < self._away_until

    def try_again(self) -> None:
        """Ends the pause."""
        self._away_until = 0.0

    async def failed(self, error: Exception) -> None:
        """Begins a pause, with a new client: the old one's connections may hold answers of before."""
        if not self.is_away:
            log.warning("Redis is away, %s: %s", self._without, type(error).__name__)
        self._away_until = time.monotonic() + PAUSE_AFTER_FAILURE
        self._nodes = nodes_of(self.client) or self._nodes
        broken, self.client = self.client, connected(self._url, self._nodes)
        await asyncio.shield(_closed(broken))

    async def close(self) -> None:
        """Closes the client of the moment."""
        await _closed(self.client)


async def _closed(client: Client) -> None:
    try:
        await client.aclose()
    except FAULTS:
        log.debug("a broken connection did not close cleanly")
