"""Totals and series: one query, over one site or several."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from analytics_service.domain.answers import Change, Line, Point, Totals, Values, changes, measure
from analytics_service.domain.buckets import Bucket, Interval, cut, default_interval
from analytics_service.domain.comparisons import Pair
from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.query import Query
from analytics_service.domain.ranges import Range
from analytics_service.domain.selections import FoundSums, day_key
from analytics_service.domain.site import Site
from analytics_service.ports.answers import AnswerStore
from analytics_service.reporting.context import check_query, describe_answer, narrowing, read_calendar, select
from analytics_service.reporting.queue import Turns

Unknown = frozenset[Metric]
ToValues = Callable[[Sums, Unknown], Values]
_FINE = (Interval.HOUR, Interval.MINUTE)


@dataclass(slots=True)
class _Counted:
    """What was read of a site: a period's sums in whole and by bucket, and those of both sides compared."""

    period: Range
    is_fine: bool = False
    total: Sums = field(default_factory=Sums)
    buckets: list[tuple[Bucket, Sums]] = field(default_factory=list)
    pair: Pair | None = None
    sides: tuple[Sums, Sums] = field(default_factory=lambda: (Sums(), Sums()))
    compared: list[tuple[Bucket, Sums]] = field(default_factory=list)
    kept_since: date | None = None
    unknown: Unknown = frozenset()
    unknown_before: Unknown = frozenset()


async def answer_totals(
    store: AnswerStore,
    turns: Turns,
    sites: Sequence[Site],
    query: Query,
    at: datetime,
    *,
    series: bool = False,
) -> Totals:
    """Returns the totals of a period at that instant and, with `series`, its buckets; all in one turn.

    Raises BadParameter, NotKept, TooHeavy, Unavailable.
    """
    check_query(query, sites)
    found: list[_Counted] = []
    async with turns.take([site.number for site in sites], narrowing(query)):
        for site in sites:
            found.append(await _read(store, site, query, at, series=series))
    unknown = _join_unknown(found)

    def to_values(sums: Sums, unknown: Unknown) -> Values:
        return measure(sums, query.metrics, unknown)

    lines = {site.number: _line(counted, to_values) for site, counted in zip(sites, found, strict=True)}
    meta = describe_answer(
        query, sites, [one.period for one in found], [one.kept_since for one in found], unknown=unknown
    )
    return Totals(lines, _combine(found, to_values) if len(sites) > 1 else None, meta)


async def _read(store: AnswerStore, site: Site, query: Query, at: datetime, *, series: bool) -> _Counted:
    calendar = await read_calendar(store, site)
    period = query.resolve(calendar, at)
    interval = query.interval or default_interval(period)
    step = interval if interval in _FINE else Interval.DAY
    counted = _Counted(period, is_fine=interval in _FINE)
    # The sums of buckets add up to the whole: one reading is enough for both.
    found = await store.read_sums(select(query, site, period), step if series else None)
    counted.kept_since, counted.unknown = found.kept_since, found.unknown
    counted.total = add_up(found.sums)
    if series:
        counted.buckets = _fill(cut(period, interval, calendar, at), found.sums, interval)
    comparison = query.compare(period, calendar, at)
    if comparison is None:
        return counted
    counted.pair = comparison.totals
    sides = []
    for side in comparison.totals:
        found = FoundSums({})
        if side == period:
            found = FoundSums({0: counted.total}, unknown=counted.unknown)
        elif not side.is_empty:
            found = await store.read_sums(select(query, site, side))
        sides.append(add_up(found.sums))
        # The earlier side comes last.
        counted.unknown_before = found.unknown
    counted.sides = (sides[0], sides[1])
    if series:
        whole = comparison.whole
        before = await store.read_sums(select(query, site, whole), step)
        counted.compared = _fill(cut(whole, interval, calendar, at), before.sums, interval)
    return counted


def _join_unknown(found: Sequence[_Counted]) -> Unknown:
    return frozenset().union(*(counted.unknown for counted in found))


def add_up(sums: Mapping[int, Sums]) -> Sums:
    """Returns the sum of all sums."""
    total = Sums()
    for one in sums.values():
        total.add(one)
    return total


def _fill(
    buckets: Sequence[Bucket], sums: Mapping[int, Sums], interval: Interval
) -> list[tuple[Bucket, Sums]]:
    """Returns every bucket with its sums; what nothing was counted in has zeros."""
    if interval in _FINE:
        return [(one, sums.get(int(one.start.timestamp()), Sums())) for one in buckets]
    filled = [(one, Sums()) for one in buckets]
    starts = [day_key(one.day) for one in buckets]
    place = 0
    for key in sorted(sums):
        while place + 1 < len(starts) and starts[place + 1] <= key:
            place += 1
        filled[place][1].add(sums[key])
    return filled


def _line(counted: _Counted, to_values: ToValues) -> Line:
    comparison = None
    if counted.pair is not None:
        now = to_values(counted.sides[0], counted.unknown)
        before = to_values(counted.sides[1], counted.unknown_before)
        comparison = Change(counted.pair.against, before, changes(now, before))
    points = tuple(_point(*one, to_values, counted.unknown) for one in counted.buckets)
    listed = counted.compared[: len(points)]
    compared = [_point(*one, to_values, counted.unknown_before) for one in listed]
    padding = [None] * (len(points) - len(compared)) if counted.compared else []
    return Line(
        counted.period, to_values(counted.total, counted.unknown), points, comparison, (*compared, *padding)
    )


def _point(bucket: Bucket, sums: Sums, to_values: ToValues, unknown: Unknown) -> Point:
    return Point(bucket.start, bucket.end, bucket.complete, to_values(sums, unknown))


def _combine(found: Sequence[_Counted], to_values: ToValues) -> Line:
    """Returns the sums of all sites; buckets are joined by their day, or by their instant."""
    unknown = _join_unknown(found)
    total, joined = Sums(), dict[date | datetime, tuple[Bucket, Sums]]()
    for counted in found:
        total.add(counted.total)
        for bucket, sums in counted.buckets:
            label = bucket.start if counted.is_fine else bucket.day
            joined.setdefault(label, (bucket, Sums()))[1].add(sums)
    ordered = sorted(joined.values(), key=lambda one: (one[0].day, one[0].start))
    return Line(None, to_values(total, unknown), tuple(_point(*one, to_values, unknown) for one in ordered))
