"""What a round changed in visits, as differences of sums: each visit once, however often it was touched."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from analytics_service.domain.batch import Batch, DayKey, ViewRow, Visit
from analytics_service.domain.dimensions import OF_VISITS, Dimension, from_values, values_of
from analytics_service.domain.metrics import Sums

FirstSeen = tuple[int, int]
"""The instant of a visitor's first view or event of a day, and the hour in which it lies."""
Part = tuple[str, ...]
"""Values that visits have in common, one for each dimension of a group."""

# Visits share origins, places and equipment: these are added up as wholes, and taken apart once a round.
_GROUPS = (
    (Dimension.ENTRY_PAGE,),
    (Dimension.EXIT_PAGE,),
    (Dimension.HOSTNAME,),
    tuple(Dimension(number) for number in range(Dimension.SOURCE, Dimension.UTM_TERM + 1)),
    tuple(Dimension(number) for number in range(Dimension.COUNTRY, Dimension.CITY + 1)),
    tuple(Dimension(number) for number in range(Dimension.BROWSER, Dimension.LANGUAGE + 1)),
)


@dataclass(slots=True)
class GroupedSums:
    """Sums by site, day and part, for each group."""

    of: tuple[dict[tuple[int, date, Part], list[int]], ...] = field(
        default_factory=lambda: tuple(defaultdict(lambda: [0, 0, 0]) for _ in _GROUPS)
    )

    def add(self, visit: Visit, visits: int, bounces: int, engaged_ms: int) -> None:
        site, day, attributes = visit.site, visit.day, visit.attributes
        parts: Iterable[Part] = (
            (visit.entry_page,),
            (visit.exit_page,),
            (attributes.hostname,),
            attributes.origin,
            attributes.place,
            attributes.equipment,
        )
        for sums, part in zip(self.of, parts, strict=True):
            found = sums[site, day, part]
            found[0] += visits
            found[1] += bounces
            found[2] += engaged_ms

    def expand(self, ledger: Batch) -> None:
        for dimensions, sums in zip(_GROUPS, self.of, strict=True):
            for (site, day, part), found in sums.items():
                for dimension, value in zip(dimensions, part, strict=True):
                    if value:
                        _increase(ledger.days[site, dimension, day, value], *found)


def apply_visit_deltas(ledger: Batch) -> None:
    """Takes away what the touched visits were, adds what they are, and begins a new round."""
    together = GroupedSums()
    for number, before in ledger.before.items():
        visit = ledger.visits[number]
        if before is not None and _key(before) == _key(visit):
            bounces = visit.is_bounce() - before.is_bounce()
            engaged_ms = visit.engaged_ms - before.engaged_ms
            if bounces or engaged_ms:
                _add(ledger, together, visit, (0, bounces, engaged_ms))
        else:
            _cap(ledger, visit)
            if before is not None:
                _add(ledger, together, before, (-1, -before.is_bounce(), -before.engaged_ms))
            _add(ledger, together, visit, (1, int(visit.is_bounce()), visit.engaged_ms))
        ledger.changed_visits.add(number)
    together.expand(ledger)
    ledger.before.clear()


def take_out(
    ledger: Batch, taken: Iterable[tuple[Visit, Iterable[ViewRow]]], left: Mapping[DayKey, FirstSeen]
) -> None:
    """Takes visits and their views away from every sum.

    `left` says when those of their visitors who are still seen on the same day were first seen on it.
    """
    together = GroupedSums()
    first: dict[DayKey, FirstSeen] = {}
    for visit, views in taken:
        _add(ledger, together, visit, (-1, -visit.is_bounce(), -visit.engaged_ms))
        for view in views:
            _take_out_view(ledger, view)
            key = (view.site, view.day, view.visitor)
            first[key] = min(first.get(key, (view.at, view.hour)), (view.at, view.hour))
    together.expand(ledger)
    for key, gone in first.items():
        site, day, _ = key
        still = left.get(key)
        ledger.hours[site, day, min(gone, still or gone)[1]].visitors -= 1
        if still is None:
            ledger.days[site, Dimension.SITE, day, ""].visitors -= 1
        else:
            ledger.hours[site, day, still[1]].visitors += 1
            ledger.first_seen[key] = still
            ledger.changed_days.add(key)


def _take_out_view(ledger: Batch, view: ViewRow) -> None:
    of_page = ledger.days[view.site, Dimension.PAGE, view.day, view.page]
    buckets = (*ledger.buckets(view.site, view.day, view.hour), of_page)
    if not view.name:
        for sums in buckets:
            sums.pageviews -= 1
        return
    for sums in (*buckets, ledger.days[view.site, Dimension.EVENT, view.day, view.name]):
        sums.events -= 1


def _key(visit: Visit) -> tuple[object, ...]:
    """Where a visit is counted."""
    return visit.day, visit.hour, visit.entry_page, visit.exit_page, visit.attributes


def _cap(ledger: Batch, visit: Visit) -> None:
    """What the day has no room for becomes `other` before anything is written."""
    values = values_of(visit.entry_page, visit.exit_page, visit.attributes)
    known = ledger.known_of_visits(visit.site, visit.day)
    if all(value in of or not value for value, of in zip(values, known, strict=True)):
        return
    capped = tuple(
        ledger.capped(dimension, visit.site, visit.day, value) if value else value
        for dimension, value in zip(OF_VISITS, values, strict=True)
    )
    if capped != values:
        visit.entry_page, visit.exit_page, visit.attributes = from_values(capped)


def _add(ledger: Batch, together: GroupedSums, visit: Visit, change: tuple[int, int, int]) -> None:
    """Adds to every sum in which the visit is counted: visits, bounces, engagement."""
    for sums in ledger.buckets(visit.site, visit.day, visit.hour):
        _increase(sums, *change)
    together.add(visit, *change)


def _increase(sums: Sums, visits: int, bounces: int, engaged_ms: int) -> None:
    sums.visits += visits
    sums.bounces += bounces
    sums.engaged_ms += engaged_ms
