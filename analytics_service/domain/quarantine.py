"""What is kept but not counted, and what an owner says of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import msgspec

from analytics_service.domain.batch import Batch, DayKey, ViewRow
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.visit_deltas import FirstSeen, add_view

MARKED_RETENTION = timedelta(days=30)
"""How long a marked visit is kept after its mark was last set."""
SAMPLES_KEPT = 100
"""Drops of one site that its owner can look at."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Visits of a site that began from day to day: those that are marked, or those that are counted.

    Of an agent's family, and marked for a reason, where one is named.
    """

    site: int
    first: date
    last: date
    reason: str = ""
    family: str = ""
    marked: bool = True

    @classmethod
    def of_task(cls, arguments: Mapping[str, object], *, marked: bool) -> "Selection":
        """A selection out of a task's arguments. Raises msgspec.ValidationError."""
        return msgspec.convert({**arguments, "marked": marked}, cls)

    def days(self) -> list[date]:
        """Each day, the first one first."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many visits, page views and events, and days of their beginning a selection holds."""

    visits: int = 0
    views: int = 0
    days: int = 0


def mark_view(batch: Batch, view: ViewRow, mark: str) -> ViewRow:
    """The view or event with that mark, or, with an empty one, counted; the batch's sums follow.

    What the day has no room for becomes `other`, as if it had come only now.
    """
    key = (view.site, view.day)
    if view.mark:
        batch.drops[*key, view.mark] -= 1
    else:
        add_view(batch, view, -1)
    if mark:
        batch.drops[*key, mark] += 1
        return replace(view, mark=mark)
    name = batch.capped(Dimension.EVENT, *key, view.name) if view.name else ""
    row = replace(view, mark="", page=batch.capped(Dimension.PAGE, *key, view.page), name=name)
    add_view(batch, row, 1)
    return row


def first_seen_in(views: Iterable[ViewRow]) -> dict[DayKey, FirstSeen]:
    """When each visitor was first seen on each day, and in which hour."""
    first: dict[DayKey, FirstSeen] = {}
    for view in views:
        key = (view.site, view.day, view.visitor)
        first[key] = min(first.get(key, (view.at, view.hour)), (view.at, view.hour))
    return first
