"""Answers to queries: figures with their period, what they are compared with, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.query import Measure, Rate
from analytics_service.domain.ranges import Range
from analytics_service.errors import AnalyticsError

Values = dict[Measure, int | float | None]
"""Figures by what they measure; None is one that cannot be known, or a rate of no visits."""
VISITORS_OF_DAYS = "sum of days"


@dataclass(frozen=True, slots=True)
class Meta:
    """What must be known about an answer besides its figures.

    `kept_since` is the first day whose visits and views are stored, None while all are. `opening_balance` is
    named where the period is `all`, and in no figure. `unknown` metrics are not recorded, and None.
    """

    complete: bool
    kept_since: date | None = None
    imported: str = "none"
    opening_balance: Mapping[Metric, int] = field(default_factory=dict)
    visitors_are: str | None = None
    additive: tuple[Metric, ...] = ()
    unknown: tuple[Metric, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The figures of an earlier period, and by which part those of now are more (0.1 is 10 %) or less.

    While a period is running, `period` and `results` end where the part that has passed answers to, and
    the changes are taken from that part alone. A change from 0 is None.
    """

    period: Range
    results: Values
    change: dict[Measure, float | None]


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of a series: from `start` up to `end`."""

    start: datetime
    end: datetime
    complete: bool
    values: Values


@dataclass(frozen=True, slots=True)
class Line:
    """Totals of a period and, where they are wanted, its buckets; those of the comparison are as many.

    A bucket to which nothing answers in the earlier period is None there. `period` and `comparison` are None
    where sites with their own days are combined.
    """

    period: Range | None
    results: Values
    points: tuple[Point, ...] = ()
    comparison: Change | None = None
    compared_points: tuple[Point | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """The answer of each site by its number and, for several, of all together."""

    sites: Mapping[int, Line]
    combined: Line | None
    meta: Meta


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a dimension, None where it is not known; `is_other` holds what a day had no room for."""

    value: str | None
    values: Values
    is_other: bool = False
    title: str | None = None
    comparison: Values | None = None
    change: dict[Measure, float | None] | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A page of rows, how many there are in all, and the cursor of the page that follows."""

    period: Range
    rows: tuple[Row, ...]
    total_rows: int
    next_cursor: str | None
    meta: Meta


@dataclass(frozen=True, slots=True)
class Overview:
    """Totals and panels, each there or with the error for which it is not."""

    totals: Totals | AnalyticsError
    panels: Mapping[str, Breakdown | AnalyticsError]


def measure(sums: Sums, measures: Sequence[Measure], unknown: frozenset[Metric] = frozenset()) -> Values:
    """Returns the figures of sums; what needs an unknown metric is None."""

    def of(metric: Metric) -> int | None:
        return None if metric in unknown else sums.of(metric)

    return {
        one: one.divide(of(one.dividend), of(Metric.VISITS)) if isinstance(one, Rate) else of(one)
        for one in measures
    }


def changes(now: Values, before: Values) -> dict[Measure, float | None]:
    """Returns by which part each figure has grown since before; None from 0 or where one is not known."""
    found: dict[Measure, float | None] = {}
    for one, value in now.items():
        base = before.get(one)
        found[one] = None if value is None or not base else (value - base) / base
    return found
