"""Statements that count stored visits and views: one builder for sums, series and breakdowns."""

import re

from analytics_service.domain.batch import BOUNCE_MS
from analytics_service.domain.buckets import Interval
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.metrics import Metric
from analytics_service.domain.query import Rate
from analytics_service.domain.ranges import Grain
from analytics_service.domain.selections import Listing, Selection
from analytics_service.storage.sqlite.filter_sql import (
    COLUMNS,
    DAY_MS,
    EMPTY,
    Bound,
    join_for,
    match_any,
    match_visit,
)
from analytics_service.storage.sqlite.sql import day_number, queries

SQL = queries("answers")
SUMS = "pageviews, visits, visitors, bounces, engaged_ms, events"
_BOUNCE = f"pageviews = 1 and events = 0 and engaged_ms < {BOUNCE_MS}"
_OF_VISIT = "id day began_at into_hour lasted_ms visitor pageviews events engaged_ms".split()
_OF_HITS = {Dimension.PAGE: "page", Dimension.EVENT: "name"}
_COLUMN_OF = {metric: metric.value for metric in Metric} | {Metric.ENGAGED_SECONDS: "engaged_ms"}
_SORT = {metric: metric.value for metric in Metric} | {Metric.ENGAGED_SECONDS: "engaged_ms / 1000"}


def bind_period(selection: Selection) -> Bound:
    """Returns the values that every statement about a selection uses: site, days, instants, empty string."""
    period = selection.period
    return Bound(
        site=selection.site,
        first=day_number(period.first),
        last=day_number(period.last),
        start=int(period.start.timestamp()),
        end=int(period.end.timestamp()),
    )


def count_rows(
    selection: Selection, bound: Bound, *, step: Interval | None = None, dimension: Dimension | None = None
) -> str:
    """Returns a `with` clause whose last table `found` has sums by key, several rows for one key.

    The key is the number of a value where a dimension is given, else the day, hour or minute of `step`, else
    0.
    """
    key = "value" if dimension is not None else _bucket("at", "into_hour", step)
    begun_key = "value" if dimension is not None else _bucket("began_at", "into_hour", step)
    wanted = set(selection.sums)
    of_views, of_visits = "0", "sum(engaged_ms)"
    if is_of_views := selection.is_of_views(dimension):
        of_views, of_visits = f"sum(iif(name = {EMPTY}, engaged_ms, 0))", "0"
    parts = []
    if wanted & {Metric.PAGEVIEWS, Metric.EVENTS} or (is_of_views and Metric.ENGAGED_SECONDS in wanted):
        parts.append(
            f"select {key} as key, sum(name = {EMPTY}) as pageviews, 0 as visits, 0 as visitors, "
            f"0 as bounces, {of_views} as engaged_ms, sum(name != {EMPTY}) as events from valued group by 1"
        )
    if wanted & {Metric.VISITS, Metric.BOUNCES, Metric.ENGAGED_SECONDS}:
        parts.append(
            f"select {begun_key} as key, 0 as pageviews, count(*) as visits, 0 as visitors, "
            f"sum({_BOUNCE}) as bounces, {of_visits} as engaged_ms, 0 as events from begun group by 1"
        )
    if Metric.VISITORS in wanted:
        # Of several rows, min() takes the other columns from the earliest.
        parts.append(
            f"select {key} as key, 0 as pageviews, 0 as visits, count(*) as visitors, 0 as bounces, "
            "0 as engaged_ms, 0 as events from (select value, day, visitor, min(at) as at, into_hour "
            "from valued group by value, day, visitor) group by 1"
        )
    tables = _tables(selection, bound, dimension)
    found = "\nunion all\n".join(parts)
    return f"{tables},\nfound as (\n{found}\n)"


def _bucket(at: str, into_hour: str, step: Interval | None) -> str:
    match step:
        case None:
            return "0"
        case Interval.HOUR:
            return f"{at} / 1000 - {into_hour}"
        case Interval.MINUTE:
            return f"{at} / 60000 * 60"
        case _:
            return "day"


def _tables(selection: Selection, bound: Bound, dimension: Dimension | None) -> str:
    """Returns selected visits, counted views and events, and both with the value by which they are listed."""
    is_hourly = selection.period.grain is not Grain.DAY
    of_time = " and {0} >= :start * 1000 and {0} < :end * 1000" if is_hourly else ""
    tables = [
        f"with touched as (\n{SQL['touched']}\n)",
        f"picked as materialized (\n{_picked(selection, bound, dimension)}\n)",
    ]
    if dimension in _OF_HITS:
        tables.append(_contained(selection, bound, dimension))
    visits = "contained" if dimension in _OF_HITS else "picked"
    tables.append(
        f"begun as (select * from {visits} as p "
        f"where p.day between :first and :last{of_time.format('p.began_at')})"
    )
    # The plus keeps SQLite from reading the whole period for each visit.
    condition = f"+w.day between :first and :last{of_time.format('w.at')} and {_counted(selection, bound)}"
    value, source = "p.value", "picked"
    if dimension is Dimension.PAGE:
        value = "w.page"
    elif dimension is Dimension.EVENT:
        source, condition = "contained", f"{condition} and w.name in ({EMPTY}, p.value)"
    columns = f"{value} as value, w.day, w.at, w.into_hour, coalesce(w.visitor, p.visitor) as visitor"
    columns += ", w.name, w.engaged_ms"
    tables.append(f"valued as (\n{_join_hits(source, columns, condition, 'union all')}\n)")
    return ",\n".join(tables)


def _join_hits(source: str, columns: str, condition: str, union: str) -> str:
    """Returns views and events `w` of the visits `p` of a table, each found by the key of its visit.

    A visit lies on its first day and those after it; the few of more than a day are looked up by themselves.
    """
    join = "cross join counted_view as w on w.site = :site and w.visit = p.id"
    start = f"select {columns} from {source} as p {join}"
    return (
        f"{start} and w.day in (p.day, p.day + 1, p.day + 2) where {condition}\n{union}\n"
        f"{start} and w.day between p.day + 3 and p.day + p.lasted_ms / {DAY_MS} + 2 "
        f"where p.lasted_ms >= {DAY_MS} and {condition}"
    )


def _picked(selection: Selection, bound: Bound, dimension: Dimension | None) -> str:
    value = COLUMNS.get(dimension, "0") if dimension is not None else "0"
    columns = [value, *(COLUMNS[one.subject] for one in selection.filters if one.subject in COLUMNS)]
    joins = " ".join(dict.fromkeys(join_for(column) for column in columns))
    conditions = " and ".join(match_visit(one, bound) for one in selection.filters) or "1"
    visit = ", ".join(f"v.{column}" for column in _OF_VISIT)
    return (
        f"select {visit}, {value} as value from touched cross join counted_visit as v on v.id = touched.id "
        f"{joins} where {conditions}"
    )


def _counted(selection: Selection, bound: Bound) -> str:
    """Returns the condition under which a page view or event of a selected visit is counted."""
    on_page = match_any("w.page", selection.filters_on(Dimension.PAGE), bound)
    named = match_any("w.name", selection.filters_on(Dimension.EVENT), bound)
    return f"{on_page} and (w.name = {EMPTY} or {named})"


def _contained(selection: Selection, bound: Bound, dimension: Dimension) -> str:
    """Returns selected visits once for each listed page or event that they contain, on whichever day."""
    kind = "=" if dimension is Dimension.PAGE else "!="
    column = f"w.{_OF_HITS[dimension]}"
    condition = f"w.name {kind} {EMPTY} and {match_any(column, selection.filters_on(dimension), bound)}"
    columns = ", ".join(f"p.{column}" for column in _OF_VISIT)
    return f"contained as (\n{_join_hits('picked', f'{columns}, {column} as value', condition, 'union')}\n)"


def list_rows(found: str, selection: Selection, listing: Listing, bound: Bound) -> str:
    """Returns the statement for a page of rows: key, sums, sort value, number of all rows, word, title.

    `found` is what `count_rows` returned, or a clause that ends in a table of the same columns.
    """
    wanted = [_COLUMN_OF[metric] for metric in selection.sums]
    some = " or ".join(f"sum({column}) != 0" for column in wanted)
    only = ""
    if listing.only is not None:
        only = f"where key in ({', '.join(bound.bind(key) for key in listing.only)})"
    # Of many rows, a sum that nobody asks for is a good part of the time.
    needed = {*wanted, *re.findall(r"\w+", _sort(listing))}
    sums = ", ".join(
        f"sum({column}) as {column}" if column in needed else f"0 as {column}" for column in SUMS.split(", ")
    )
    title = "null"
    if listing.dimension is Dimension.PAGE:
        title = "(select title from page_title where site = :site and page = s.key)"
    direction = "desc" if listing.sort.descending else "asc"
    return (
        f"{found},\n"
        f"grouped as not materialized (select key, {sums} from found {only} group by key having {some}),\n"
        f"sorted as (select *, {_sort(listing)} as sorted_by from grouped)\n"
        f"select s.key, {SUMS}, s.sorted_by, (select count(*) from sorted), "
        f"(select value from string where id = s.key and s.key != 0), {title} "
        f"from sorted as s where {_after(listing, bound)} "
        f"order by s.sorted_by is null, s.sorted_by {direction}, s.key "
        f"limit {bound.bind(-1 if listing.limit is None else listing.limit)}"
    )


def _sort(listing: Listing) -> str:
    measure = listing.sort.measure
    if isinstance(measure, Rate):
        return f"1.0 * ({_SORT[measure.dividend]}) / nullif(visits, 0)"
    return _SORT[measure]


def _after(listing: Listing, bound: Bound) -> str:
    if listing.after is None:
        return "1"
    value, key = listing.after
    later = f"s.key > {bound.bind(key)}"
    if value is None:
        return f"s.sorted_by is null and {later}"
    name = bound.bind(value)
    beyond = "<" if listing.sort.descending else ">"
    return f"(s.sorted_by {beyond} {name} or s.sorted_by is null or (s.sorted_by = {name} and {later}))"
