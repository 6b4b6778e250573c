"""The figures, for reading."""

from datetime import date
from typing import Protocol

from analytics_service.domain.figures import FigureQuery, StoredFigures


class FigureStore(Protocol):
    """The figures of all sites, for reading; every call may raise Unavailable."""

    async def read(self, site: int, query: FigureQuery) -> StoredFigures:
        """Returns all figures of one question as they are at one moment."""
        ...

    async def position(self, journal: str) -> tuple[int, int]:
        """Returns a journal's last durable and last applied group; zeros where nothing of it was applied."""
        ...

    async def reached(self) -> tuple[int, dict[str, int]]:
        """Returns the newest time of all facts ever applied, and each journal's last applied group.

        The time is in milliseconds since 1970, and 0 before any.
        """
        ...

    async def seen_since(self, day: date, at_ms: int) -> list[tuple[int, int, int]]:
        """Returns site, visitor and last instant (ms since 1970) of visits seen at `at_ms` or after.

        Only visits of that local day or a later one are looked at. Their visitor is named as in the visit's
        last view or event: over midnight that is not their first name.
        """
        ...
