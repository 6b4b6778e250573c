"""The whole local days, hours or minutes that a period is for a site at some instant."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from analytics_service.domain.calendars import DAY, SECOND, Calendar
from analytics_service.domain.period_forms import Dates, Instants, IsoWeek, Named, Period, Unit, year_before
from analytics_service.domain.periods import week_of
from analytics_service.errors import BadParameter

RECENT_PERIOD = timedelta(minutes=30)


class Grain(StrEnum):
    """The smallest whole parts of which a range consists."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Range:
    """Whole days, hours or minutes of a site: from `start` up to `end`, each with its offset.

    `first` and `last` are the local days of its first and last instant; `complete` once nothing in it
    lies ahead.
    """

    start: datetime
    end: datetime
    first: date
    last: date
    grain: Grain
    complete: bool
    unit: Unit | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no instant lies in it."""
        return self.start >= self.end


def resolve(period: Period, calendar: Calendar, at: datetime) -> Range:
    """The days or hours that a period is for a site at that instant. Raises BadParameter for odd hours."""
    match period:
        case Named():
            return _resolve_named(period, calendar, at)
        case Dates():
            return range_of_days(period, calendar, at)
        case IsoWeek():
            first = week_of(period.monday, calendar.week_start)
            return range_of_days(Dates(first, first + 6 * DAY, Unit.WEEK), calendar, at)
        case Instants():
            for parameter, instant in (("from", period.start), ("to", period.end)):
                _require_hour(parameter, instant, calendar)
            return range_of_hours(period.start, period.end, calendar, at)


def _resolve_named(name: Named, calendar: Calendar, at: datetime) -> Range:
    today = calendar.today(at)
    week, month = week_of(today, calendar.week_start), today.replace(day=1)
    dates = {
        Named.TODAY: Dates(today, today),
        Named.YESTERDAY: Dates(calendar.step(today, -1), calendar.step(today, -1)),
        Named.WEEK: Dates(week, today, Unit.WEEK),
        Named.LAST_WEEK: Dates(week - 7 * DAY, week - DAY, Unit.WEEK),
        Named.MONTH: Dates(month, today, Unit.MONTH),
        Named.LAST_MONTH: Dates((month - DAY).replace(day=1), month - DAY, Unit.MONTH),
        Named.YEAR: Dates(today.replace(month=1, day=1), today, Unit.YEAR),
        Named.MONTHS_12: Dates(year_before(today) + DAY, today),
        Named.ALL: Dates(min(calendar.first_day or today, today), today, Unit.ALL),
    }.get(name) or Dates(calendar.step(today, 1 - int(name.value.removesuffix("d"))), today)
    return range_of_days(dates, calendar, at)


def _require_hour(parameter: str, instant: datetime, calendar: Calendar) -> None:
    start = calendar.hour_start(instant)
    if start != instant:
        near = (start.isoformat(), calendar.hour_end(start).isoformat())
        problem = f"{instant.isoformat()} does not begin an hour of the site; {near[0]} and {near[1]} do"
        raise BadParameter(parameter, "value", problem, near)


def range_of_days(dates: Dates, calendar: Calendar, at: datetime) -> Range:
    """The range of those days on the site's clock."""
    start, end = calendar.day_start(dates.first), calendar.day_end(dates.last)
    return Range(start, end, dates.first, dates.last, Grain.DAY, complete=end <= at, unit=dates.unit)


def range_of_hours(start: datetime, end: datetime, calendar: Calendar, at: datetime) -> Range:
    """The range between two instants that begin hours of the site."""
    first, last = calendar.today(start), calendar.today(end - SECOND)
    start, end = calendar.localize(start), calendar.localize(end)
    return Range(start, end, first, last, Grain.HOUR, complete=end <= at)


def recent_minutes(calendar: Calendar, at: datetime) -> Range:
    """The last 30 minutes, of which the running one is the last."""
    end = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    start = end - RECENT_PERIOD
    return replace(range_of_hours(start, end, calendar, at), grain=Grain.MINUTE)


def trim(whole: Range, end: datetime, calendar: Calendar) -> Range:
    """The part of a range before an instant of the past, which begins an hour of the site."""
    if end >= whole.end:
        return whole
    end = calendar.localize(max(end, whole.start))
    if end == whole.start:
        return replace(whole, end=end, last=whole.first - DAY, complete=True)
    last = calendar.today(end - SECOND)
    is_days = whole.grain is Grain.DAY and end == calendar.day_end(last)
    grain = Grain.DAY if is_days else Grain.HOUR
    return replace(whole, end=end, last=last, grain=grain, complete=True)
