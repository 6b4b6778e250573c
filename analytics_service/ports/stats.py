"""Visits and rollups, as their one writer sees them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Protocol

from analytics_service.domain.batch import Batch
from analytics_service.domain.facts import Fact


class StatsStore(Protocol):
    """Visits and rollups, as their one writer sees them."""

    def positions(self) -> dict[str, int]:
        """The last applied group's number, by journal."""
        ...

    def newest_at(self) -> int:
        """The newest time of all facts that were ever applied, in milliseconds since 1970; 0 before any."""
        ...

    def load(self, facts: Iterable[Fact], cap: int, day_of_fact: Callable[[Fact], date]) -> Batch:
        """The working state that these facts may touch."""
        ...

    def save(
        self, ledger: Batch, positions: Mapping[str, int], unreadable: Iterable[tuple[str, int, bytes]] = ()
    ) -> None:
        """Commits what the fold changed together with the positions, and groups that no fact came of."""
        ...

    def checkpoint(self) -> dict[str, int]:
        """Makes commits durable; the positions that are durable now."""
        ...

    def forget_journal(self, journal: str) -> None:
        """Drops the position of a journal that is gone."""
        ...

    def forget(self, before_ms: int, before_day: date) -> None:
        """Drops what only late facts would have needed."""
        ...
