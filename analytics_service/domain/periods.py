"""Local hours, days and the calendar periods that begin at the site's own midnight."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from analytics_service.domain.counter import Item
from analytics_service.domain.site import WeekStart, ZoneSince

MINUTE_MS = timedelta(minutes=1) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as the site sees it: local day, and the instant (epoch seconds) its local hour began."""

    day: date
    hour: int


@dataclass(frozen=True, slots=True)
class Days:
    """Local days, both ends included; None is the beginning of time."""

    first: date | None
    last: date


def moment(at_ms: int, zones: tuple[ZoneSince, ...]) -> Moment:
    """The local day and hour of an instant given in milliseconds since 1970."""
    # Every change of offset since 1973 falls on a minute; Newfoundland's fell on the first after midnight.
    return _moment(at_ms // MINUTE_MS, zones)


@lru_cache(maxsize=4096)
def _moment(minute: int, zones: tuple[ZoneSince, ...]) -> Moment:
    at = datetime.fromtimestamp(minute * 60, UTC)
    local = local_time(at, zones)
    zone = local.tzinfo
    start = at - timedelta(minutes=local.minute, seconds=local.second)
    # A change of offset within the hour begins a new hour: of these minutes, the first with our offset.
    while start < at and start.astimezone(zone).utcoffset() != local.utcoffset():
        start += timedelta(minutes=1)
    return Moment(local_day(at, zones), int(start.timestamp()))


def local_time(at: datetime, zones: tuple[ZoneSince, ...]) -> datetime:
    """The instant in the zone that the site had then: a change of zone holds from a local midnight on."""
    return _local(at, zones)[0]


def zone_at(at: datetime, zones: tuple[ZoneSince, ...]) -> str:
    """Returns the name of the zone that the site has at that instant."""
    return str(local_time(at, zones).tzinfo)


def day_begins(at: datetime, zones: tuple[ZoneSince, ...]) -> datetime:
    """The first instant of that day on the site's clock."""
    return local_time(at, zones).replace(hour=0, minute=0, second=0, microsecond=0)


def local_day(at: datetime, zones: tuple[ZoneSince, ...]) -> date:
    """The site's day of that instant; never later than the day of an instant that follows."""
    local, end = _local(at, zones)
    # Where clocks are more than a day apart, the old zone would begin days that are the new zone's.
    return local.date() if end is None else min(local.date(), end - timedelta(days=1))


def _local(at: datetime, zones: tuple[ZoneSince, ...]) -> tuple[datetime, date | None]:
    """The instant in its zone, and the first day of the zone after it."""
    end = None
    for since in reversed(zones[1:]):
        local = at.astimezone(ZoneInfo(since.zone))
        if local.date() >= since.day:
            return local, end
        end = since.day
    return at.astimezone(ZoneInfo(zones[0].zone)), end


def week_of(day: date, start: WeekStart) -> date:
    """The first day of the week that holds `day`."""
    into_week = day.weekday() if start is WeekStart.MONDAY else (day.weekday() + 1) % 7
    return day - timedelta(days=into_week)


def days_of(item: Item, today: date, start: WeekStart) -> Days:
    """The local days that a counter's item sums up."""
    one = timedelta(days=1)
    week = week_of(today, start)
    month = today.replace(day=1)
    match item:
        case Item.TODAY:
            return Days(today, today)
        case Item.YESTERDAY:
            return Days(today - one, today - one)
        case Item.WEEK:
            return Days(week, today)
        case Item.LAST_WEEK:
            return Days(week - timedelta(days=7), week - one)
        case Item.MONTH:
            return Days(month, today)
        case Item.LAST_MONTH:
            return Days((month - one).replace(day=1), month - one)
        case Item.YEAR:
            return Days(today.replace(month=1, day=1), today)
        case Item.TOTAL:
            # What was counted while a clock was ahead is counted: no figure waits for its day to come.
            return Days(None, date.max)
        case Item.ONLINE | Item.PEAK:
            raise ValueError("who is online is no sum of days")
