"""The question: what API, dashboard and command line ask of the figures, in one form for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from analytics_service.domain.buckets import Interval
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.choices import choose, shorten, suggest
from analytics_service.domain.comparisons import Compare, Comparison, compare, parse_compare
from analytics_service.domain.cursors import Cursor, format_cursor, parse_cursor
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import DIMENSIONS, PARAMETER, Filter, canonical_filters, parse_filters
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Instants, Named, Period, parse_period
from analytics_service.domain.ranges import Range, recent_minutes, resolve
from analytics_service.errors import BadParameter

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
PARAMETERS = ("period", "from", "to", "compare", PARAMETER, "metrics", "interval", "sort", "limit", "cursor")
_LIST_LENGTH = 20


class Rate(StrEnum):
    """What is divided where it is shown, and never stored; the divisor is the visits."""

    PAGEVIEWS_PER_VISIT = "pageviews_per_visit"
    BOUNCE_RATE = "bounce_rate"
    ENGAGED_SECONDS_PER_VISIT = "engaged_seconds_per_visit"

    @property
    def dividend(self) -> Metric:
        """The metric that is divided by the visits."""
        return _DIVIDENDS[self]

    def divide(self, dividend: int | None, visits: int | None) -> float | None:
        """The rate, or None where there are no visits or one of the two is not known."""
        return None if dividend is None or not visits else dividend / visits


_DIVIDENDS = {
    Rate.PAGEVIEWS_PER_VISIT: Metric.PAGEVIEWS,
    Rate.BOUNCE_RATE: Metric.BOUNCES,
    Rate.ENGAGED_SECONDS_PER_VISIT: Metric.ENGAGED_SECONDS,
}
Measure = Metric | Rate
MEASURES: dict[str, Measure] = {measure.value: measure for measure in (*Metric, *Rate)}


class Sort(NamedTuple):
    """By which measure rows are sorted, and whether the largest comes first."""

    measure: Measure
    descending: bool

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.measure}"


@dataclass(frozen=True, slots=True)
class Query:
    """A question about sites, given by their numbers; `cursor` is still the text that was given."""

    sites: tuple[int, ...]
    period: Period = Named.DAYS_28
    metrics: tuple[Measure, ...] = (Metric.VISITS, Metric.VISITORS, Metric.PAGEVIEWS)
    dimension: Dimension | None = None
    filters: tuple[Filter, ...] = ()
    interval: Interval | None = None
    comparison: Compare | None = None
    sort: Sort | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    @property
    def sums(self) -> tuple[Metric, ...]:
        """The metrics that the answer is made of, those of its rates included, in the order of Metric."""
        needed = {metric for metric in self.metrics if isinstance(metric, Metric)}
        for rate in self.metrics:
            if isinstance(rate, Rate):
                needed |= {rate.dividend, Metric.VISITS}
        return tuple(metric for metric in Metric if metric in needed)

    @property
    def additive(self) -> tuple[Metric, ...]:
        """Those of its metrics whose rows add up to the whole: see "Questions and answers"."""
        adds_up = frozenset(Metric) if self.dimension is None else _ADDITIVE.get(self.dimension, _OF_VISITS)
        return tuple(metric for metric in self.metrics if isinstance(metric, Metric) and metric in adds_up)

    @property
    def sorting(self) -> Sort:
        """How rows are sorted: as asked, else by the first metric, the largest first."""
        return self.sort or Sort(self.metrics[0], descending=True)

    @property
    def identity(self) -> str:
        """A text that two questions share where a cursor of the one continues the other."""
        dimension = None if self.dimension is None else self.dimension.word
        filters = canonical_filters(self.filters)
        parts = (self.sites, repr(self.period), sorted(self.metrics), dimension, filters, str(self.sorting))
        return msgspec.json.encode(parts).decode()

    def resolve(self, calendar: Calendar, at: datetime) -> Range:
        """Its period for a site, or that of the page at which its cursor goes on. Raises BadParameter."""
        if self.cursor is not None:
            return self.position(calendar, at).period
        if self.interval is Interval.MINUTE and self.period is Named.TODAY:
            return recent_minutes(calendar, at)
        return resolve(self.period, calendar, at)

    def compare(self, whole: Range, calendar: Calendar, at: datetime) -> Comparison | None:
        """What its resolved period is compared with, or None where nothing is asked or there is nothing."""
        return compare(whole, self.comparison, calendar, at) if self.comparison else None

    def position(self, calendar: Calendar, at: datetime) -> Cursor:
        """Where its cursor says that the page begins. Raises BadParameter where it has none of its own."""
        return parse_cursor(self.cursor or "", self.identity, calendar, at)

    def format_cursor(self, cursor: Cursor) -> str:
        """The text of the cursor for the page that follows."""
        return format_cursor(cursor, self.identity)


_OF_VISITS = frozenset(Metric) - {Metric.VISITORS}
_ADDITIVE = {
    Dimension.PAGE: frozenset({Metric.PAGEVIEWS, Metric.EVENTS}),
    Dimension.EVENT: frozenset({Metric.EVENTS}),
}


def default_metrics(dimension: Dimension | None) -> tuple[Measure, ...]:
    """The metrics of a question that names none."""
    if dimension is None:
        return (Metric.VISITS, Metric.VISITORS, Metric.PAGEVIEWS)
    first = {Dimension.PAGE: Metric.PAGEVIEWS, Dimension.EVENT: Metric.EVENTS}.get(dimension)
    return (first, Metric.VISITS) if first else (Metric.VISITS, Metric.PAGEVIEWS)


def parse_query(
    sites: tuple[int, ...],
    given: Mapping[str, Sequence[str]],
    dimension: Dimension | None = None,
    parameters: Sequence[str] = PARAMETERS,
) -> Query:
    """The question that parameters ask, each with all its values; `parameters` are those allowed here.

    Raises BadParameter for what is unknown, given twice or has no such value: a typo must not change a
    figure.
    """
    one = {name: _only(name, values, parameters) for name, values in given.items() if values}
    metrics = parse_metrics(one["metrics"]) if "metrics" in one else default_metrics(dimension)
    query = Query(
        sites,
        period=parse_period(one.get("period"), one.get("from"), one.get("to")),
        metrics=metrics,
        dimension=dimension,
        filters=parse_filters(given.get(PARAMETER, ())),
        interval=Interval(choose("interval", one["interval"], Interval)) if "interval" in one else None,
        comparison=parse_compare(one["compare"]) if "compare" in one else None,
        sort=parse_sort(one["sort"], metrics) if "sort" in one else None,
        limit=parse_limit(one["limit"]) if "limit" in one else DEFAULT_LIMIT,
        cursor=one.get("cursor"),
    )
    if query.interval is Interval.MINUTE and query.period is not Named.TODAY:
        wider = [wide.value for wide in Interval if wide is not Interval.MINUTE]
        problem = "'minute' is for the last 30 minutes: it goes with period 'today'"
        raise BadParameter("interval", "value", problem, wider)
    return query


def _only(name: str, values: Sequence[str], allowed: Sequence[str]) -> str:
    if name not in allowed:
        raise BadParameter(
            shorten(name)[1:-1], "unknown", f"unknown parameter{suggest(name, allowed)}", allowed
        )
    if len(values) > 1 and name != PARAMETER:
        raise BadParameter(name, "value", "must be given only once")
    return values[0]


def parse_dimension(word: str, parameter: str = "dimension") -> Dimension:
    """The dimension of that name, by which rows are listed. Raises BadParameter."""
    return DIMENSIONS[choose(parameter, word, DIMENSIONS)]


def parse_metrics(text: str) -> tuple[Measure, ...]:
    """Metrics and rates out of a list with commas, each once. Raises BadParameter."""
    words = [word.strip() for word in text.split(",", _LIST_LENGTH)]
    return tuple(dict.fromkeys(MEASURES[choose("metrics", word, MEASURES)] for word in words))


def parse_sort(text: str, metrics: Iterable[Measure]) -> Sort:
    """A measure of the question to sort by, after `-` where the largest comes first. Raises BadParameter."""
    allowed = [sign + metric for metric in metrics for sign in ("-", "")]
    word = choose("sort", text, allowed)
    return Sort(MEASURES[word.removeprefix("-")], word.startswith("-"))


def parse_limit(text: str) -> int:
    """How many rows a page has, 1 to 1000. Raises BadParameter."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_LIMIT):
        raise BadParameter("limit", "value", f"must be a number from 1 to {MAX_LIMIT}, not {shorten(text)}")
    return int(text)


def require_one_clock(query: Query, calendars: Iterable[Calendar]) -> None:
    """Raises BadParameter "mixed-timezones" where hours or instants are asked of sites of several zones."""
    by_instant = isinstance(query.period, Instants) or query.interval in (Interval.HOUR, Interval.MINUTE)
    # Since when the first zone holds makes no hour different.
    clocks = {(calendar.zones[0].zone, *calendar.zones[1:]) for calendar in calendars}
    if by_instant and len(clocks) > 1:
        parameter = "from" if isinstance(query.period, Instants) else "interval"
        problem = "hours differ where sites have different time zones: ask for days, or for one site"
        raise BadParameter(parameter, "mixed-timezones", problem)
