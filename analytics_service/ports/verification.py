"""Sums against the visits and views behind them."""

from datetime import date
from typing import Protocol

from analytics_service.domain.verification import Check, Difference


class VerificationStore(Protocol):
    """Sums against the visits and views behind them; for the writer, between two batches."""

    def sites(self) -> list[int]:
        """The sites that have any figures."""
        ...

    def days(self, site: int) -> list[date]:
        """The days of a site whose visits and views are all kept."""
        ...

    def first_kept(self) -> date:
        """The first day whose visits and views are all kept, of whichever site."""
        ...

    def differences(self, site: int, day: date) -> list[Difference]:
        """What is wrong on a site's day."""
        ...

    def last_check(self) -> Check | None:
        """What the last daily check saw."""
        ...

    def note_check(self, check: Check) -> None:
        """Writes down what a check saw."""
        ...

    def repair(self, site: int, day: date) -> None:
        """Puts in place of a day's sums what its visits and views add up to."""
        ...

    def prune(self, first_kept: date) -> bool:
        """Deletes some visits and views of the days before; whether there may be more."""
        ...
