"""Visits that are kept but not counted."""

from datetime import date
from typing import Protocol

from analytics_service.domain.batch import QuarantineKey
from analytics_service.domain.facts import VisitorFact
from analytics_service.domain.quarantine import Choice


class QuarantineStore(Protocol):
    """What is kept apart, for the writer, between two batches."""

    def some(self, choice: Choice, day: date, limit: int) -> list[tuple[QuarantineKey, VisitorFact]]:
        """Suspects of a day, in the order of time."""
        ...

    def reopen(self, site: int, day: date) -> None:
        """Makes a day ready for facts that come long after it."""
        ...

    def suspect_visits(self, choice: Choice, day: date, after: int) -> tuple[int, int | None]:
        """Takes some of a family's visits that began on a day out of the figures, as suspects.

        Goes through visits in the order of their numbers, from the first above `after`; returns how many
        facts were kept, and the last number it came to, or None where there was none left.
        """
        ...

    def forget(self, before_day: date) -> None:
        """Drops some suspects of the days before."""
        ...
