"""What answers are made of: sums and rows of stored figures, for any period, filter and dimension."""

from datetime import date
from typing import Protocol

from analytics_service.domain.buckets import Interval
from analytics_service.domain.selections import FoundRows, FoundSums, Listing, Selection


class AnswerStore(Protocol):
    """Sums and rows of all sites, for reading.

    Each call reads one moment. A call that is cancelled stops its work within a fraction of a second. Every
    call may raise Unavailable, and NotKept where it needs visits and views that are no longer stored.
    """

    async def first_days(self, site: int) -> tuple[date | None, date | None]:
        """Returns the first day with figures, and the first day whose visits and views are all stored.

        None stands for a site without figures, and for a store that never deleted anything.
        """
        ...

    async def read_sums(self, selection: Selection, step: Interval | None = None) -> FoundSums:
        """Returns the sums of each day, hour or minute of a period; without `step`, those of the whole."""
        ...

    async def read_rows(self, selection: Selection, listing: Listing) -> FoundRows:
        """Returns rows of a breakdown, sorted; rows in which all wanted sums are 0 are left out."""
        ...
