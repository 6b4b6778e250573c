"""Which sums answer a breakdown: rollups of days and months, those of older releases, or stored rows."""

import json
import sqlite3
from datetime import date
from enum import Enum
from typing import NamedTuple

from analytics_service.domain.dimensions import OF_VISITS, Dimension
from analytics_service.domain.metrics import Metric
from analytics_service.domain.ranges import Grain
from analytics_service.domain.selections import Selection
from analytics_service.storage.sqlite.filter_sql import Bound
from analytics_service.storage.sqlite.sql import day_number, day_of, queries

SQL = queries("answers")
OF_OLDER_ROLLUPS: dict[Dimension, frozenset[Metric]] = {
    **dict.fromkeys(OF_VISITS, frozenset({Metric.VISITS, Metric.BOUNCES, Metric.ENGAGED_SECONDS})),
    Dimension.PAGE: frozenset({Metric.PAGEVIEWS, Metric.EVENTS, Metric.ENGAGED_SECONDS}),
    Dimension.EVENT: frozenset({Metric.EVENTS}),
}
"""The sums of a value of each dimension that releases before 0.2.0 kept for each day."""
OF_ROLLUPS: dict[Dimension, frozenset[Metric]] = {
    **dict.fromkeys(OF_VISITS, frozenset(Metric) - {Metric.VISITORS}),
    Dimension.PAGE: OF_OLDER_ROLLUPS[Dimension.PAGE] | {Metric.VISITS},
    Dimension.EVENT: frozenset({Metric.EVENTS, Metric.VISITS}),
}
"""The sums that are kept now; all else is counted from rows."""


class Recorded(NamedTuple):
    """The first day whose rows are stored, whose views have their engagement, whose sums are whole.

    None stands for all days.
    """

    kept_since: date | None
    engagement_since: date | None
    sums_since: date | None


class Source(Enum):
    """What a breakdown is read from."""

    ROLLUPS = "rollups"
    OLDER_ROLLUPS = "older rollups"
    ROWS = "rows"


def read_recorded(db: sqlite3.Connection) -> Recorded:
    """Returns since when what is recorded."""
    days = db.execute(SQL["recorded_since"]).fetchone()
    return Recorded(*(day_of(day) if day > day_number(date.min) else None for day in days))


def choose_source(selection: Selection, dimension: Dimension, recorded: Recorded) -> Source:
    """Returns what answers a breakdown: of what knows most, the quickest."""
    period, wanted = selection.period, set(selection.sums)
    if period.grain is not Grain.DAY or selection.filters or not wanted <= OF_ROLLUPS[dimension]:
        return Source.ROWS
    if recorded.sums_since is None or period.first >= recorded.sums_since:
        return Source.ROLLUPS
    has_rows = recorded.kept_since is None or period.first >= recorded.kept_since
    return Source.ROWS if has_rows and not wanted <= OF_OLDER_ROLLUPS[dimension] else Source.OLDER_ROLLUPS


def unknown_in(source: Source, selection: Selection, dimension: Dimension) -> frozenset[Metric]:
    """Returns the wanted metrics of which older sums know nothing."""
    if source is not Source.OLDER_ROLLUPS:
        return frozenset()
    return frozenset(selection.sums) - OF_OLDER_ROLLUPS[dimension]


def bind_rollups(db: sqlite3.Connection, bound: Bound, dimension: Dimension, source: Source) -> str:
    """Returns a clause that ends in the table `found` with sums by key, out of rollups; binds its values."""
    bound.values["dimension"] = int(dimension)
    if source is Source.OLDER_ROLLUPS:
        bound.values["has_unknown"] = dimension in OF_VISITS
        return f"with found as not materialized (\n{SQL['rows_of_older_rollups']}\n)"
    first, last = int(str(bound.values["first"])), int(str(bound.values["last"]))
    days, months, begin = [], [], first
    for month, following in db.execute(SQL["whole_months"], bound.values):
        if following - 1 <= last:
            days.append((begin, month - 1))
            months.append(month)
            begin = following
    bound.values["days"] = json.dumps([*days, (begin, last)])
    bound.values["months"] = json.dumps(months)
    return f"with found as not materialized (\n{SQL['rows_of_rollups']}\n)"
