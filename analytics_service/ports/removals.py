"""Taking away what is stored of sites that were deleted."""

from datetime import datetime
from typing import Protocol


class SiteRemovals(Protocol):
    """Deleted sites on their way out of what is configured; every call may raise Unavailable."""

    def removed(self) -> frozenset[int]:
        """Returns the numbers of all sites that are gone or going; facts of them are skipped."""
        ...

    def begin(self, number: int, at: datetime) -> bool:
        """Notes that a deleted site goes, so that it cannot be restored; False where it is not deleted."""
        ...

    def end(self, number: int) -> None:
        """Deletes what is configured of a site that goes, with the keys that had no other site."""
        ...


class FigureRemover(Protocol):
    """Figures of sites that go, as their one writer takes them away. Raises LeaseLost and WriteFailed."""

    def remove_some(self, site: int) -> int:
        """Deletes some rows of a site's figures, and returns how many; 0 once none is left."""
        ...
