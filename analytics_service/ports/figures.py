"""The figures, for reading."""

from datetime import date
from typing import Protocol

from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days


class FigureStore(Protocol):
    """The figures of all sites, for reading; every call may raise Unavailable."""

    async def sums(self, site: int, days: Days, page: str | None = None) -> Sums:
        """Returns a site's sums over local days, or one page's own."""
        ...

    async def daily(self, site: int, days: Days, page: str | None = None) -> dict[date, Sums]:
        """Returns a site's or page's sums by local day, without days on which nothing was counted."""
        ...

    async def peak(self, site: int) -> tuple[int, int] | None:
        """Returns the most that were ever online, and when (ms since 1970); None before anybody was."""
        ...

    async def peak_since(self, site: int, at_ms: int) -> tuple[int, int] | None:
        """Returns the most that were online since then, and when (ms since 1970), at most a year back."""
        ...

    async def position(self, journal: str) -> tuple[int, int]:
        """Returns a journal's last durable and last applied group; zeros where nothing of it was applied."""
        ...

    async def seen_since(self, day: date, at_ms: int) -> list[tuple[int, int, int]]:
        """Returns site, visitor and last instant (ms since 1970) of visits seen at `at_ms` or after.

        Only visits of that local day or a later one are looked at.
        """
        ...
