"""Who is online, kept by the only worker there is."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta


@asynccontextmanager
async def open_memory_live(*, window: timedelta, limit: int) -> AsyncIterator["MemoryLive"]:
    """Keeps at most `limit` visitors a site."""
    yield MemoryLive(window, limit)


class MemoryLive:
    """A site's visitors in the order in which they were last seen."""

    def __init__(self, window: timedelta, limit: int) -> None:
        self._window_ms = int(window.total_seconds() * 1000)
        self._limit = limit
        self._seen: dict[int, OrderedDict[int, int]] = {}

    def touch(self, site: int, visitor: int, formerly: int | None, at_ms: int) -> None:
        """Notes that the visitor was seen; the name of today takes the place of yesterday's."""
        seen = self._seen.get(site)
        if seen is None:
            seen = self._seen[site] = OrderedDict()
        before = seen.get(visitor, at_ms)
        if formerly is not None:
            before = max(before, seen.pop(formerly, at_ms))
        seen[visitor] = max(before, at_ms)
        seen.move_to_end(visitor)
        # Two out for one in: what is old goes although nobody asks for the figure.
        for _ in range(2):
            oldest = next(iter(seen))
            if seen[oldest] >= at_ms - self._window_ms and len(seen) <= self._limit:
                break
            del seen[oldest]

    def seen(self, site: int, at_ms: int) -> list[tuple[int, int]]:
        """Visitors and when each was last seen, those within the window."""
        since = at_ms - self._window_ms
        return [(visitor, at) for visitor, at in self._seen.get(site, {}).items() if at >= since]

    async def online(self, site: int, at_ms: int) -> int | None:
        """Distinct visitors seen within the window."""
        since = at_ms - self._window_ms
        seen = OrderedDict((name, at) for name, at in self._seen.get(site, {}).items() if at >= since)
        self._seen[site] = seen
        if not seen:
            del self._seen[site]
        return len(seen)
