"""Visits and rollups, as their one writer sees them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Protocol

from analytics_service.domain.batch import Batch
from analytics_service.domain.facts import Fact


class StatsStore(Protocol):
    """Visits and rollups, as their one writer sees them.

    What changes anything raises LeaseLost where another writer took over, and WriteFailed. A caller names
    pages and other words by themselves: numbers that stand for them are the store's own affair.
    """

    def positions(self) -> dict[str, int]:
        """Returns the last applied group's number, by journal."""
        ...

    def newest_at(self) -> int:
        """Returns the newest time of all facts ever applied, in milliseconds since 1970; 0 before any."""
        ...

    def load(self, facts: Iterable[Fact], cap: int, day_of_fact: Callable[[Fact], date]) -> Batch:
        """Returns the working state that these facts may touch, for at most one `save`.

        Numbers of visits from `next_visit` on, one for each fact, are this batch's alone: no visit had
        them before, and none of another batch that is saved gets them, whatever becomes of the process.
        """
        ...

    def save(
        self, batch: Batch, positions: Mapping[str, int], unreadable: Iterable[tuple[str, int, bytes]] = ()
    ) -> None:
        """Commits what the fold changed, the positions, and groups in which no fact could be read."""
        ...

    def checkpoint(self) -> dict[str, int]:
        """Makes commits durable; returns the positions that are durable now, none if that must wait."""
        ...

    def forget_journal(self, journal: str) -> None:
        """Deletes the position of a journal that is gone."""
        ...

    def forget(self, before_ms: int, before_day: date) -> bool:
        """Deletes some of what only facts from before that instant, or that day, would have needed.

        Visitors' ids of days before that one become numbers that mean nothing, some thousand at a time:
        distinct within the day as before, and nothing ties them to another day but a visit over midnight.
        Returns whether there may be more of either.
        """
        ...
