"""What a round changed in visits, as differences of sums: each visit once, however often it was touched."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from analytics_service.domain.batch import Batch, DayKey, ViewRow, Visit
from analytics_service.domain.contents import days_of, value_of
from analytics_service.domain.dimensions import OF_VISITS, Dimension, from_values, values_of

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
    """Sums by site, day and part, for each group: visits, bounces, engagement, page views, events."""

    of: tuple[dict[tuple[int, date, Part], list[int]], ...] = field(
        default_factory=lambda: tuple(defaultdict(lambda: [0, 0, 0, 0, 0]) for _ in _GROUPS)
    )

    def move(self, was: Visit | None, now: Visit | None) -> None:
        """Takes away what a visit was, and adds what it is; a part that stays gets the difference."""
        if was is None or now is None or was.day != now.day or was.later or now.later:
            if was is not None:
                self._add_days(was, -1)
            if now is not None:
                self._add_days(now, 1)
            return
        site, day = now.site, now.day
        before, after = _numbers_of(was), _numbers_of(now)
        change = (0, *(new - old for old, new in zip(before[1:], after[1:], strict=True)))
        for sums, old, new in zip(self.of, _parts_of(was), _parts_of(now), strict=True):
            if old == new:
                _sum_up(sums[site, day, new], change, 1)
            else:
                _sum_up(sums[site, day, old], before, -1)
                _sum_up(sums[site, day, new], after, 1)

    def _add_days(self, visit: Visit, sign: int) -> None:
        site, parts, numbers = visit.site, _parts_of(visit), _numbers_of(visit)
        if visit.later:
            (_, *of_first), *later = days_of(visit)
            numbers = (*numbers[:3], *of_first)
            for day, *of_day in later:
                for sums, part in zip(self.of, parts, strict=True):
                    _sum_up(sums[site, day, part], (0, 0, 0, *of_day), sign)
        for sums, part in zip(self.of, parts, strict=True):
            _sum_up(sums[site, visit.day, part], numbers, sign)

    def expand(self, batch: Batch) -> None:
        """Adds all of it to the sums of each dimension's values; one that is not known is a value, too."""
        for dimensions, sums in zip(_GROUPS, self.of, strict=True):
            for (site, day, part), found in sums.items():
                if any(found):
                    visits, bounces, engaged_ms, pageviews, events = found
                    for dimension, value in zip(dimensions, part, strict=True):
                        of_value = batch.days[site, dimension, day, value]
                        of_value.visits += visits
                        of_value.bounces += bounces
                        of_value.engaged_ms += engaged_ms
                        of_value.pageviews += pageviews
                        of_value.events += events


def _parts_of(visit: Visit) -> tuple[Part, ...]:
    attributes = visit.attributes
    return (
        (visit.entry_page,),
        (visit.exit_page,),
        (attributes.hostname,),
        attributes.origin,
        attributes.place,
        attributes.technology,
    )


def _numbers_of(visit: Visit) -> tuple[int, ...]:
    return 1, int(visit.is_bounce()), visit.engaged_ms, visit.pageviews, visit.events


def _sum_up(sums: list[int], numbers: tuple[int, ...], sign: int) -> None:
    visits, bounces, engaged_ms, pageviews, events = numbers
    sums[0] += sign * visits
    sums[1] += sign * bounces
    sums[2] += sign * engaged_ms
    sums[3] += sign * pageviews
    sums[4] += sign * events


def apply_visit_deltas(batch: Batch) -> None:
    """Brings sums up to what the visits are now, and begins a new round. A marked visit has no sums."""
    together = GroupedSums()
    for number, before in batch.before.items():
        visit = batch.visits[number]
        was = before if before is not None and not before.mark else None
        now = visit if not visit.mark else None
        if now is not None and (was is None or _key(was) != _key(now)):
            _cap(batch, now)
        _move_in_hours(batch, was, now)
        together.move(was, now)
        _move_contents(batch, number, was, now)
        batch.changed_visits.add(number)
    together.expand(batch)
    batch.before.clear()
    batch.new_contents.clear()


def _move_in_hours(batch: Batch, was: Visit | None, now: Visit | None) -> None:
    """Moves a visit in the sums of its site's days and hours."""
    if was is not None and now is not None and (was.day, was.hour) == (now.day, now.hour):
        bounces, engaged_ms = now.is_bounce() - was.is_bounce(), now.engaged_ms - was.engaged_ms
        if bounces or engaged_ms:
            _increase(batch, now, (0, bounces, engaged_ms))
        return
    if was is not None:
        _increase(batch, was, (-1, -was.is_bounce(), -was.engaged_ms))
    if now is not None:
        _increase(batch, now, (1, int(now.is_bounce()), now.engaged_ms))


def _move_contents(batch: Batch, number: int, was: Visit | None, now: Visit | None) -> None:
    """Counts a visit on its first day for each page and each event's name that it contains."""
    new = batch.new_contents.get(number, ())
    if was is not None and now is not None and was.day == now.day:
        _count_contents(batch, now, new, 1)
        return
    if was is not None:
        _count_contents(batch, was, [item for item in batch.contents[number] if item not in new], -1)
    if now is not None:
        _count_contents(batch, now, batch.contents[number], 1)


def _count_contents(batch: Batch, visit: Visit, items: Iterable[str], count: int) -> None:
    for item in items:
        dimension, value = value_of(item)
        batch.days[visit.site, dimension, visit.day, value].visits += count


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


def _increase(batch: Batch, visit: Visit, change: tuple[int, int, int]) -> None:
    """Adds visits, bounces and engagement to the sums of the visit's first day and hour."""
    visits, bounces, engaged_ms = change
    for sums in batch.buckets(visit.site, visit.day, visit.hour):
        sums.visits += visits
        sums.bounces += bounces
        sums.engaged_ms += engaged_ms
