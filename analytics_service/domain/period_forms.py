"""The forms in which a period can be asked for, still without a site and its clock."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum

from analytics_service.domain.calendars import DAY, HOUR, MAX_DAY, MIN_DAY
from analytics_service.domain.choices import shorten, suggest
from analytics_service.errors import BadParameter

MAX_HOURLY_PERIOD = timedelta(hours=366 * 24)


class Named(StrEnum):
    """The periods that have a name; they end with today, or are over."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    LAST_WEEK = "last_week"
    MONTH = "month"
    LAST_MONTH = "last_month"
    YEAR = "year"
    DAYS_7 = "7d"
    DAYS_28 = "28d"
    DAYS_30 = "30d"
    DAYS_91 = "91d"
    MONTHS_12 = "12mo"
    ALL = "all"


class Unit(Enum):
    """What of the calendar a range is; a range without unit is so many days or hours."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Dates:
    """Days by their dates, both included; `unit` where they were asked for as a month or year."""

    first: date
    last: date
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class IsoWeek:
    """A week by the number that ISO 8601 gives it; `monday` is the Monday in it."""

    monday: date


@dataclass(frozen=True, slots=True)
class Instants:
    """From an instant up to another one, which is no longer in it."""

    start: datetime
    end: datetime


Period = Named | Dates | IsoWeek | Instants
DEFAULT_PERIOD = Named.DAYS_28
FORMS = (*(name.value for name in Named), "YYYY-MM-DD", "YYYY-Www", "YYYY-MM", "YYYY")


_DIGITS = {"year": r"(?P<year>[0-9]{4})", "month": r"(?P<month>[0-9]{2})"}
_YEAR = re.compile(_DIGITS["year"])
_MONTH = re.compile(f"{_DIGITS['year']}-{_DIGITS['month']}")
_WEEK = re.compile(rf"{_DIGITS['year']}-W(?P<week>[0-9]{{2}})")
_DAY = re.compile(rf"{_DIGITS['year']}-{_DIGITS['month']}-(?P<day>[0-9]{{2}})")
# A plus that was not encoded arrives as a space; nothing else can stand there.
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.0{1,9})?"
    r"(?:([Zz])|([+ -])([0-9]{2}:[0-9]{2}))"
)


def parse_period(period: str | None = None, start: str | None = None, end: str | None = None) -> Period:
    """The period that `period`, or `from` and `to`, name; 28d where none is given. Raises BadParameter."""
    if start is None and end is None:
        return parse_form("period", period) if period is not None else DEFAULT_PERIOD
    if period is not None:
        raise BadParameter("period", "value", "does not go with 'from' and 'to': give one or the other")
    if start is None or end is None:
        missing, given = ("from", "to") if start is None else ("to", "from")
        raise BadParameter(missing, "value", f"is missing: {given!r} is given, and both are needed")
    if _INSTANT.fullmatch(start) or _INSTANT.fullmatch(end):
        return _between_instants(parse_instant("from", start), parse_instant("to", end))
    return _between_dates("to", parse_date("from", start), parse_date("to", end))


def parse_form(parameter: str, text: str) -> Named | Dates | IsoWeek:
    """The period that a name, day, week, month or year of the calendar stands for. Raises BadParameter."""
    if found := parse_calendar(parameter, text):
        return found
    if text not in set(Named):
        names = [name.value for name in Named]
        raise BadParameter(parameter, "enum", f"unknown value {shorten(text)}{suggest(text, names)}", FORMS)
    return Named(text)


def parse_calendar(parameter: str, text: str) -> Dates | IsoWeek | None:
    """The day, week, month or year that is written `2026-11-22`, `2026-W47`, `2026-11` or `2026`."""
    try:
        if found := _WEEK.fullmatch(text):
            return IsoWeek(_allowed(date.fromisocalendar(int(found["year"]), int(found["week"]), 1)))
        if _DAY.fullmatch(text):
            day = _allowed(date.fromisoformat(text))
            return Dates(day, day)
        if found := _MONTH.fullmatch(text):
            first = _allowed(date(int(found["year"]), int(found["month"]), 1))
            return Dates(first, next_month(first) - DAY, Unit.MONTH)
        if found := _YEAR.fullmatch(text):
            first = _allowed(date(int(found["year"]), 1, 1))
            return Dates(first, first.replace(month=12, day=31), Unit.YEAR)
    except ValueError:
        raise BadParameter(parameter, "value", f"{shorten(text)} {_NOT_THERE}") from None
    return None


def parse_date(parameter: str, text: str) -> date:
    """The day that is written `2026-11-22`. Raises BadParameter."""
    if not _DAY.fullmatch(text):
        raise BadParameter(
            parameter,
            "value",
            f"{shorten(text)} is neither a date such as 2026-11-22 nor an instant with its offset "
            "such as 2026-11-22T13:00:00+07:00",
        )
    try:
        return _allowed(date.fromisoformat(text))
    except ValueError:
        raise BadParameter(parameter, "value", f"{shorten(text)} {_NOT_THERE}") from None


def parse_dates(parameter: str, text: str) -> Dates | IsoWeek:
    """A day, week, month or year of the calendar, or two dates such as `2026-11-01/2026-11-14`."""
    first, slash, last = text.partition("/")
    if slash:
        return _between_dates(parameter, parse_date(parameter, first), parse_date(parameter, last))
    return parse_calendar(parameter, text) or Dates(parse_date(parameter, text), parse_date(parameter, text))


def parse_instant(parameter: str, text: str) -> datetime:
    """The instant that is written as in RFC 3339, with its offset. Raises BadParameter."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        problem = f"{shorten(text)} is no instant with its offset such as 2026-11-22T13:00:00+07:00"
        raise BadParameter(parameter, "value", problem)
    day, clock, zulu, sign, offset = found.groups()
    try:
        at = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zulu else sign.replace(' ', '+') + offset}")
        _allowed(at.date())
    except ValueError:
        raise BadParameter(parameter, "value", f"{shorten(text)} {_NOT_THERE}") from None
    return at


_NOT_THERE = f"is not in the calendar, or not from {MIN_DAY} to {MAX_DAY}"


def _allowed(day: date) -> date:
    if not MIN_DAY <= day <= MAX_DAY:
        raise ValueError(day)
    return day


def _between_dates(parameter: str, first: date, last: date) -> Dates:
    if last < first:
        raise BadParameter(parameter, "value", f"{last} lies before {first}")
    return Dates(first, last)


def _between_instants(start: datetime, end: datetime) -> Instants:
    if end <= start:
        problem = f"{end.isoformat()} does not lie after {start.isoformat()}, and is not in the period itself"
        raise BadParameter("to", "value", problem)
    if end - start > MAX_HOURLY_PERIOD:
        hours = MAX_HOURLY_PERIOD // HOUR
        problem = f"lies more than {hours} hours after 'from'; for longer periods give dates"
        raise BadParameter("to", "value", problem)
    return Instants(start, end)


def next_month(first: date) -> date:
    """The first day of the month after the one that begins with `first`."""
    return (first + 31 * DAY).replace(day=1)


def year_before(day: date) -> date:
    """Returns the date a year earlier; 29 February becomes the 28th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
