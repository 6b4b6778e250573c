"""Who is online, kept by the only worker there is."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from analytics_service.domain.pages import key_of

NOWHERE = 0
"""The key of the page of a visitor of whom no page is known."""


@asynccontextmanager
async def open_memory_live(*, window: timedelta, limit: int) -> AsyncIterator["MemoryLive"]:
    """Keeps at most `limit` visitors a site."""
    yield MemoryLive(window, limit)


class SiteSeen:
    """A site's visitors in the order in which they were last seen, and how many are on each page."""

    def __init__(self) -> None:
        self.visitors: OrderedDict[int, tuple[int, int]] = OrderedDict()
        self.on_page: dict[int, int] = {}

    def keep_in_place(self, visitor: int, at_ms: int, page: int) -> bool:
        """Notes who is seen again where they were, by far the most; False where there is more to do."""
        seen = self.visitors.get(visitor)
        if seen is None or seen[0] > at_ms or page not in (seen[1], NOWHERE):
            return False
        self.visitors[visitor] = at_ms, seen[1]
        self.visitors.move_to_end(visitor)
        return True

    def holds(self, visitor: int, previous_id: int | None) -> bool:
        """Tells whether the visitor is here, under today's id or yesterday's."""
        return visitor in self.visitors or previous_id in self.visitors

    def place(self, visitor: int, at_ms: int, page: int) -> None:
        """Puts the visitor at the end, as the last one seen."""
        self.take(visitor)
        self.visitors[visitor] = at_ms, page
        if page != NOWHERE:
            self.on_page[page] = self.on_page.get(page, 0) + 1

    def take(self, visitor: int) -> tuple[int, int]:
        """Takes the visitor out; returns when they were seen and where, (0, NOWHERE) where they were not."""
        at_ms, page = self.visitors.pop(visitor, (0, NOWHERE))
        if page != NOWHERE:
            left = self.on_page.pop(page) - 1
            if left:
                self.on_page[page] = left
        return at_ms, page

    def drop_oldest(self, since: int, limit: int) -> bool:
        """Takes out one who left before, or who is one too many; whether there was one."""
        oldest = next(iter(self.visitors), None)
        if oldest is None or (self.visitors[oldest][0] >= since and len(self.visitors) <= limit):
            return False
        self.take(oldest)
        return True


class MemoryLive:
    """The visitors of each site and their pages."""

    def __init__(self, window: timedelta, limit: int) -> None:
        self._window_ms = int(window.total_seconds() * 1000)
        self._limit = limit
        self._sites: dict[int, SiteSeen] = {}

    def touch(
        self,
        site: int,
        visitor: int,
        previous_id: int | None,
        at_ms: int,
        page: str = "",
        *,
        only_prolong: bool = False,
    ) -> None:
        """Notes that the visitor was seen; the id of today takes the place of yesterday's."""
        known = self._sites.get(site)
        if only_prolong and not (known and known.holds(visitor, previous_id)):
            return
        if known is None:
            known = self._sites[site] = SiteSeen()
        if previous_id is None and known.keep_in_place(visitor, at_ms, key_of(page) if page else NOWHERE):
            return
        before, where = known.take(visitor)
        if previous_id is not None:
            former, was = known.take(previous_id)
            before, where = max((before, where), (former, was))
        if page and at_ms >= before:
            where = key_of(page)
        known.place(visitor, max(before, at_ms), where)
        # Two out for one in: what is old goes although nobody asks for the figure.
        if known.drop_oldest(at_ms - self._window_ms, self._limit):
            known.drop_oldest(at_ms - self._window_ms, self._limit)

    def list_online(self, site: int, at_ms: int) -> list[tuple[int, int, int]]:
        """Visitors seen within the window, when each was last seen, and the key of their page."""
        known = self._sites.get(site)
        since = at_ms - self._window_ms
        return (
            [(name, at, page) for name, (at, page) in known.visitors.items() if at >= since] if known else []
        )

    async def online(self, site: int, at_ms: int, page: str | None = None) -> int | None:
        """Distinct visitors seen within the window, on the site or on one of its pages."""
        known = self._still_online(site, at_ms)
        return len(known.visitors) if page is None else known.on_page.get(key_of(page), 0)

    async def online_by_page(self, site: int, at_ms: int, pages: Sequence[str]) -> dict[str, int] | None:
        """How many were last seen on each of these pages within the window."""
        on_page = self._still_online(site, at_ms).on_page
        return {page: count for page in pages if (count := on_page.get(key_of(page), 0))}

    def _still_online(self, site: int, at_ms: int) -> SiteSeen:
        """The site's visitors without those who have left."""
        known = self._sites.get(site)
        if known is None:
            return SiteSeen()
        since = at_ms - self._window_ms
        for visitor in [name for name, (at, _) in known.visitors.items() if at < since]:
            known.take(visitor)
        if not known.visitors:
            del self._sites[site]
        return known
