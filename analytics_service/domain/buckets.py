"""A range cut into minutes, hours, days, weeks or months: the buckets of a series."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from analytics_service.domain.calendars import DAY, HOUR, Calendar
from analytics_service.domain.period_forms import next_month
from analytics_service.domain.periods import week_of
from analytics_service.domain.ranges import Grain, Range
from analytics_service.errors import BadParameter

MAX_BUCKETS = 366 * 24
MINUTE = timedelta(minutes=1)


class Interval(StrEnum):
    """How wide the buckets of a series are."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_LONGEST = {Interval.HOUR: HOUR, Interval.DAY: DAY, Interval.WEEK: 7 * DAY, Interval.MONTH: 28 * DAY}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A part of a range, from `start` up to `end`; `day` is the local day of its first instant."""

    start: datetime
    end: datetime
    day: date
    complete: bool


def default_interval(whole: Range) -> Interval:
    """The interval of a series for which none was asked: hours up to two days, then days, then months."""
    if whole.grain is Grain.MINUTE:
        return Interval.MINUTE
    if whole.end - whole.start <= 2 * DAY + HOUR:
        return Interval.HOUR
    return Interval.DAY if (whole.last - whole.first).days < 366 else Interval.MONTH


def cut(whole: Range, interval: Interval, calendar: Calendar, at: datetime) -> tuple[Bucket, ...]:
    """The buckets of a range in order: without a gap, those at its ends no longer than the range.

    A local hour that comes twice has a bucket each time; a day that was left out has none. Raises
    BadParameter where there would be more than 366 × 24 of them.
    """
    _require_width(whole, interval)
    match interval:
        case Interval.MINUTE:
            count = (whole.end - whole.start) // MINUTE
            edges = [(whole.start + MINUTE * n, whole.start + MINUTE * (n + 1)) for n in range(count)]
            parts = [(calendar.localize(start), calendar.localize(end)) for start, end in edges]
        case Interval.HOUR:
            parts = list(calendar.hours(whole.start, whole.end))
        case _:
            parts = [
                (max(calendar.day_start(first), whole.start), min(calendar.day_start(following), whole.end))
                for first, following in _spans(whole, interval, calendar)
            ]
    return tuple(
        Bucket(start, end, calendar.today(start), complete=end <= at) for start, end in parts if start < end
    )


def _spans(whole: Range, interval: Interval, calendar: Calendar) -> Iterator[tuple[date, date]]:
    """First day of each day, week or month that touches the range, and of the one after it."""
    day = whole.first
    if interval is Interval.WEEK:
        day = week_of(day, calendar.week_start)
    elif interval is Interval.MONTH:
        day = day.replace(day=1)
    while day <= whole.last:
        following = next_month(day) if interval is Interval.MONTH else day + _LONGEST[interval]
        yield day, following
        day = following


def _require_width(whole: Range, interval: Interval) -> None:
    if (interval is Interval.MINUTE) != (whole.grain is Grain.MINUTE):
        wider = [one.value for one in Interval if one is not Interval.MINUTE]
        problem = "'minute' is for the last 30 minutes: it goes with period 'today'"
        raise BadParameter("interval", "value", problem, wider)
    if interval is Interval.MINUTE:
        return
    length = (whole.last - whole.first + DAY) if whole.grain is Grain.DAY else whole.end - whole.start
    if length > MAX_BUCKETS * _LONGEST[interval]:
        fit = [one.value for one, width in _LONGEST.items() if length <= MAX_BUCKETS * width]
        problem = f"the period has more than {MAX_BUCKETS} buckets of one {interval.value} each"
        raise BadParameter("interval", "value", problem, fit)
