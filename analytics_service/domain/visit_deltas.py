"""What a round changed in visits, as differences of sums: each visit once, however often it was touched."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from analytics_service.domain.batch import Batch, DayKey, ViewRow, Visit
from analytics_service.domain.dimensions import OF_VISITS, Dimension, from_values, values_of
from analytics_service.domain.metrics import Sums

FirstSeen = tuple[int, int]
"""The instant of a visitor's first view or event of a day, and the hour in which it lies."""
Part = tuple[str, ...]
"""Values that visits have in common, one for each dimension of a group."""

# Visits share origins, places and technology: these are added up as wholes, and taken apart once a round.
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
            attributes.technology,
        )
        for sums, part in zip(self.of, parts, strict=True):
            found = sums[site, day, part]
            found[0] += visits
            found[1] += bounces
            found[2] += engaged_ms

    def expand(self, batch: Batch) -> None:
        for dimensions, sums in zip(_GROUPS, self.of, strict=True):
            for (site, day, part), found in sums.items():
                for dimension, value in zip(dimensions, part, strict=True):
                    if value:
                        _increase(batch.days[site, dimension, day, value], *found)


def apply_visit_deltas(batch: Batch) -> None:
    """Brings sums up to what the visits are now, and begins a new round. A marked visit has no sums."""
    together = GroupedSums()
    for number, before in batch.before.items():
        visit = batch.visits[number]
        was = before if before is not None and not before.mark else None
        if was is not None and not visit.mark and _key(was) == _key(visit):
            bounces = visit.is_bounce() - was.is_bounce()
            engaged_ms = visit.engaged_ms - was.engaged_ms
            if bounces or engaged_ms:
                _add(batch, together, visit, (0, bounces, engaged_ms))
        else:
            if was is not None:
                _add(batch, together, was, (-1, -was.is_bounce(), -was.engaged_ms))
            if not visit.mark:
                _cap(batch, visit)
                _add(batch, together, visit, (1, int(visit.is_bounce()), visit.engaged_ms))
        batch.changed_visits.add(number)
    together.expand(batch)
    batch.before.clear()


def add_view(batch: Batch, view: ViewRow, count: int) -> None:
    """Adds a view or an event that many times to the sums of the day on which it happened."""
    of_page = batch.days[view.site, Dimension.PAGE, view.day, view.page]
    # A page's engaged time is that of its views; the site's is that of its visits.
    of_page.engaged_ms += count * view.engaged_ms
    buckets = (*batch.buckets(view.site, view.day, view.hour), of_page)
    if not view.name:
        for sums in buckets:
            sums.pageviews += count
        return
    for sums in (*buckets, batch.days[view.site, Dimension.EVENT, view.day, view.name]):
        sums.events += count


def move_visitor(batch: Batch, key: DayKey, first: FirstSeen | None) -> None:
    """Counts a visitor in the hour in which they were first seen on that day, or, with None, not at all."""
    site, day, _ = key
    before = batch.first_seen.pop(key, None)
    if before is not None:
        batch.hours[site, day, before[1]].visitors -= 1
    if first is not None:
        batch.hours[site, day, first[1]].visitors += 1
        batch.first_seen[key] = first
    batch.days[site, Dimension.SITE, day, ""].visitors += (first is not None) - (before is not None)
    batch.changed_days.add(key)


def _key(visit: Visit) -> tuple[object, ...]:
    """Where a visit is counted."""
    return visit.day, visit.hour, visit.entry_page, visit.exit_page, visit.attributes


def _cap(batch: Batch, visit: Visit) -> None:
    """What the day has no room for becomes `other` before anything is written."""
    values = values_of(visit.entry_page, visit.exit_page, visit.attributes)
    known = batch.known_of_visits(visit.site, visit.day)
    if all(value in of or not value for value, of in zip(values, known, strict=True)):
        return
    capped = tuple(
        batch.capped(dimension, visit.site, visit.day, value) if value else value
        for dimension, value in zip(OF_VISITS, values, strict=True)
    )
    if capped != values:
        visit.entry_page, visit.exit_page, visit.attributes = from_values(capped)


def _add(batch: Batch, together: GroupedSums, visit: Visit, change: tuple[int, int, int]) -> None:
    """Adds to every sum in which the visit is counted: visits, bounces, engagement."""
    for sums in batch.buckets(visit.site, visit.day, visit.hour):
        _increase(sums, *change)
    together.add(visit, *change)


def _increase(sums: Sums, visits: int, bounces: int, engaged_ms: int) -> None:
    sums.visits += visits
    sums.bounces += bounces
    sums.engaged_ms += engaged_ms
