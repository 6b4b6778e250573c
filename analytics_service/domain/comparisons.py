"""What a range is compared with, and where both sides end while the range is still running."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from analytics_service.domain.calendars import DAY, MIN_DAY, Calendar
from analytics_service.domain.choices import shorten, suggest
from analytics_service.domain.period_forms import Dates, IsoWeek, Unit, parse_dates, year_before
from analytics_service.domain.ranges import Grain, Range, range_of_days, range_of_hours, resolve, trim
from analytics_service.errors import BadParameter


class Earlier(StrEnum):
    """The comparisons that have a name."""

    PREVIOUS = "previous"
    YEAR = "year"


Compare = Earlier | Dates | IsoWeek
FORMS = (
    *(one.value for one in Earlier),
    "YYYY-MM-DD/YYYY-MM-DD",
    "YYYY-MM-DD",
    "YYYY-Www",
    "YYYY-MM",
    "YYYY",
)


class Pair(NamedTuple):
    """Two ranges of which one is compared with the other."""

    period: Range
    against: Range


@dataclass(frozen=True, slots=True)
class Comparison:
    """A range's counterpart: `whole` for the dashed line, and the pairs from which changes are taken.

    `totals` end at the beginning of the running hour on both sides. `panels` are whole days without the
    running one, and None where none is left.
    """

    whole: Range
    totals: Pair
    panels: Pair | None


def parse_compare(text: str) -> Compare:
    """What `compare` names: previous, year, or days, a week, month or year. Raises BadParameter."""
    if text in set(Earlier):
        return Earlier(text)
    if not text[:1].isdigit():
        problem = f"unknown value {shorten(text)}{suggest(text, list(Earlier))}"
        raise BadParameter("compare", "enum", problem, FORMS)
    return parse_dates("compare", text)


def compare(whole: Range, how: Compare, calendar: Calendar, at: datetime) -> Comparison | None:
    """The range's counterpart, or None where there can be none: before `all`, before 1970, for minutes."""
    if whole.grain is Grain.MINUTE or (whole.unit is Unit.ALL and isinstance(how, Earlier)):
        return None
    other = _counterpart(whole, how, calendar, at)
    if other is None:
        return None
    sides = _Sides(whole, other, how, calendar)
    panels = sides.until(calendar.day_start(calendar.today(at)))
    return Comparison(
        other,
        totals=sides.until(calendar.hour_start(at)),
        panels=None if panels.period.is_empty else panels,
    )


def _counterpart(whole: Range, how: Compare, calendar: Calendar, at: datetime) -> Range | None:
    if isinstance(how, Dates | IsoWeek):
        return resolve(how, calendar, at)
    if whole.first.year <= MIN_DAY.year:
        return None
    if whole.grain is Grain.HOUR:
        start, end = _hours_before(whole, how, calendar)
        return range_of_hours(start, end, calendar, at)
    dates = _dates_before(whole, how, calendar)
    return range_of_days(dates, calendar, at) if dates.first >= MIN_DAY else None


def _dates_before(whole: Range, how: Compare, calendar: Calendar) -> Dates:
    if _goes_by_date(whole, how):
        return Dates(year_before(whole.first), year_before(whole.last))
    if not whole.complete and whole.unit is Unit.WEEK:
        return Dates(whole.first - 7 * DAY, whole.last - 7 * DAY)
    count = calendar.count_days(whole.first, whole.last)
    if not whole.complete and whole.unit is Unit.MONTH:
        first = (whole.first - DAY).replace(day=1)
        return Dates(first, min(calendar.step(first, count - 1), whole.first - DAY))
    return Dates(calendar.step(whole.first, -count), calendar.step(whole.first, -1))


def _hours_before(whole: Range, how: Compare, calendar: Calendar) -> tuple[datetime, datetime]:
    if how is Earlier.YEAR:
        start, end = (
            calendar.clock(year_before(calendar.today(at)), at.time()) for at in (whole.start, whole.end)
        )
        return start, end
    return calendar.hour_start(whole.start - (whole.end - whole.start)), whole.start


def _goes_by_date(whole: Range, how: Compare) -> bool:
    """Whether a day's counterpart is the same date a year before, rather than the day of the same rank."""
    is_running_year = not whole.complete and whole.unit is Unit.YEAR
    return how is Earlier.YEAR or (how is Earlier.PREVIOUS and is_running_year)


class _Sides(NamedTuple):
    whole: Range
    other: Range
    how: Compare
    calendar: Calendar

    def until(self, end: datetime) -> Pair:
        """Both sides, ended at that instant and at the one that answers to it on the other side."""
        other = self.other
        if end < self.whole.end:
            other = trim(other, self._answering(max(end, self.whole.start)), self.calendar)
        return Pair(trim(self.whole, end, self.calendar), trim(other, end, self.calendar))

    def _answering(self, instant: datetime) -> datetime:
        if instant <= self.whole.start:
            return self.other.start
        if self.whole.grain is Grain.HOUR and not _goes_by_date(self.whole, self.how):
            return self.calendar.hour_start(self.other.start + (instant - self.whole.start))
        day = self.calendar.today(instant)
        if instant == self.calendar.day_start(day):
            # Midnight ends a day: what answers to it is the end of that day's counterpart.
            return self.calendar.day_end(self._day_answering(self.calendar.step(day, -1)))
        return self.calendar.clock(self._day_answering(day), instant.time())

    def _day_answering(self, day: date) -> date:
        if _goes_by_date(self.whole, self.how):
            return year_before(day)
        count = self.calendar.count_days(self.whole.first, day)
        return self.calendar.step(self.other.first, count - 1)
