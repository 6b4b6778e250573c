"""Sums against the visits and views behind them."""

from datetime import date
from typing import Protocol

from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.verification import Check, Difference, Part


class Verifier(Protocol):
    """Sums and what is behind them, for reading; every call may raise Unavailable."""

    def sites(self) -> list[int]:
        """Returns the sites that have any figures."""
        ...

    def days(self, site: int) -> list[date]:
        """Returns the days of a site whose visits and views are all kept."""
        ...

    def first_kept(self) -> date:
        """Returns the first day whose visits and views are all kept, of whichever site."""
        ...

    def differences(self, site: int, day: date, *parts: Part) -> list[Difference]:
        """Returns what is wrong in parts (none named: all) of a site's day; nothing where its sums agree."""
        ...

    def months(self, site: int) -> list[date]:
        """Returns the first days of the months of a site that are summed."""
        ...

    def month_differences(self, site: int, month: date, *dimensions: Dimension) -> list[Difference]:
        """Returns what is wrong in a month's sums of dimensions (none named: all) against its days' sums."""
        ...

    def last_check(self) -> Check | None:
        """Returns what the last daily check saw; None before the first."""
        ...

    def positions(self) -> dict[str, int]:
        """Returns the last applied group's number, by journal."""
        ...

    def older_days(self) -> tuple[int, date | None]:
        """Returns how many days of sites have sums of an older release still, and since when none has.

        None stands for no such day: those without visits and views stay as they are, and are not counted.
        """
        ...

    def unreadable(self) -> int:
        """Returns how many groups were set aside because no fact could be read in them."""
        ...


class VerificationStore(Verifier, Protocol):
    """What the applier does about sums between two batches. Raises LeaseLost and WriteFailed, too."""

    def note_check(self, check: Check) -> None:
        """Stores what a check saw."""
        ...

    def repair(self, site: int, day: date, *parts: Part) -> None:
        """Replaces the sums of parts (none named: all) of a day by what its visits and views add up to."""
        ...

    def repair_month(self, site: int, month: date) -> None:
        """Takes back a month's sums, so that they are made again."""
        ...

    def reset_peak(self, site: int, since_ms: int) -> int:
        """Takes back the records of visitors online from an instant on; returns the record that is left.

        `since_ms` is in milliseconds since 1970. Of the last year, the highest earlier one is the record.
        """
        ...

    def prune(self, site: int, first_kept: date) -> bool:
        """Deletes some of a site's visits and views of the days before; returns whether there may be more."""
        ...
