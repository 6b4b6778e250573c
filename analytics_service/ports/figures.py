"""The figures, for reading."""

from datetime import date
from typing import Protocol

from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days


class FigureStore(Protocol):
    """The figures, for reading."""

    async def sums(self, site: int, days: Days, page: str | None = None) -> Sums:
        """A site's sums over local days, or one page's own."""
        ...

    async def daily(self, site: int, days: Days, page: str | None = None) -> dict[date, Sums]:
        """The same day by day; a day on which nothing was counted is not there."""
        ...

    async def peak(self, site: int) -> tuple[int, int] | None:
        """The most that were ever online, and when (milliseconds since 1970); None before anybody was."""
        ...

    async def peak_since(self, site: int, at_ms: int) -> tuple[int, int] | None:
        """The same of the time from then on, at most a year back."""
        ...
