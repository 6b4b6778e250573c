"""Sums that are made from other sums or from rows, beside counting: those of older days, and of months."""

from datetime import date
from typing import Protocol


class RollupStore(Protocol):
    """What the applier adds up between two batches, in short steps. Raises LeaseLost and WriteFailed, too."""

    def sum_older(self) -> bool:
        """Adds up a part of the newest day whose sums an older release left without what is kept now.

        Returns whether there may be more. Raises Unavailable where the disk has too little room.
        """
        ...

    def sum_month(self, today: date) -> bool:
        """Adds up a part of a month that was four days over on that day, and is not summed as it is now.

        Returns whether there may be more.
        """
        ...
