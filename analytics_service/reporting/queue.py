"""Turns of queries: few at once, two of a site, each with its own deadline."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from analytics_service.errors import TooHeavy

QUERY_TIMEOUT = timedelta(seconds=5)
SITE_QUERIES = 2
"""Queries of one site that run at once, so that its owner takes no turns from others."""
ALL_QUERIES = 3
"""Queries that run at once; further ones wait, in their order."""


class Turns:
    """Lets queries in; one that runs longer than its deadline is cancelled."""

    def __init__(self, deadline: timedelta = QUERY_TIMEOUT) -> None:
        self._deadline = deadline.total_seconds()
        self._all = asyncio.Semaphore(ALL_QUERIES)
        self._of_site: dict[int, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def take(self, sites: Sequence[int], narrow: Sequence[str]) -> AsyncIterator[None]:
        """Waits for a turn of all these sites. Raises TooHeavy where the block is not over in time."""
        async with AsyncExitStack() as stack:
            # Always in the same order, so that no two queries wait for each other.
            for site in sorted(set(sites)):
                await stack.enter_async_context(self._enter_site(site))
            await stack.enter_async_context(self._all)
            try:
                async with asyncio.timeout(self._deadline):
                    yield
            except TimeoutError:
                raise TooHeavy(self._deadline, narrow) from None

    @asynccontextmanager
    async def _enter_site(self, site: int) -> AsyncIterator[None]:
        turn, users = self._of_site.get(site) or (asyncio.Semaphore(SITE_QUERIES), 0)
        self._of_site[site] = (turn, users + 1)
        try:
            async with turn:
                yield
        finally:
            turn, users = self._of_site[site]
            if users > 1:
                self._of_site[site] = (turn, users - 1)
            else:
                # Nobody waits or runs: what is not needed is not remembered.
                del self._of_site[site]
