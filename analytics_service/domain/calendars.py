"""A site's calendar: the instants at which its local days and hours begin, each with its offset."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from analytics_service.domain.periods import local_day, local_time, moment
from analytics_service.domain.site import WeekStart, ZoneSince

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MIN_DAY, MAX_DAY = date(1970, 1, 1), date(2199, 12, 31)
"""The first and the last day that can be asked for."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# A zone that crosses the date line changes its offset by about a day; no other change is half as large.
_DATE_LINE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A site's zones, its first day of the week, and the first day that has figures (for `all`).

    Instants that it returns carry a fixed offset, so that they compare and subtract as instants.
    """

    zones: tuple[ZoneSince, ...]
    week_start: WeekStart = WeekStart.MONDAY
    first_day: date | None = None

    def today(self, at: datetime) -> date:
        """The local day to which an instant belongs."""
        return local_day(at, self.zones)

    def localize(self, at: datetime) -> datetime:
        """Returns the instant with the offset that the site's clock had then."""
        return at.astimezone(timezone(local_time(at, self.zones).utcoffset() or timedelta()))

    def day_start(self, day: date) -> datetime:
        """The first instant of a local day; a day that was left out starts when the next one does."""
        return day_start(day, self.zones)

    def day_end(self, day: date) -> datetime:
        """The first instant after a local day."""
        return day_start(day + DAY, self.zones)

    def step(self, day: date, count: int) -> date:
        """The day that is `count` days later on the site's clock, or earlier where `count` is negative."""
        left_out, passed = left_out_days(self.zones), 0
        while True:
            # A day that was left out is no step; beyond it there may be another.
            target = day + (count + passed if count >= 0 else count - passed) * DAY
            found = sum(day < one <= target or target <= one < day for one in left_out)
            if found == passed:
                return target
            passed = found

    def count_days(self, first: date, last: date) -> int:
        """How many days the site's clock showed from `first` to `last`, both included."""
        left_out = sum(first <= day <= last for day in left_out_days(self.zones))
        return (last - first).days + 1 - left_out

    def hour_start(self, at: datetime) -> datetime:
        """The instant at which the local hour of an instant began."""
        return self.localize(
            datetime.fromtimestamp(moment((at - _EPOCH) // _MILLISECOND, self.zones).hour, UTC)
        )

    def hour_end(self, start: datetime) -> datetime:
        """The first instant after the local hour that begins at `start`: a change of offset ends it too."""
        start = self.localize(start)
        end = start + HOUR - timedelta(minutes=start.minute, seconds=start.second)
        if self.localize(end - SECOND).utcoffset() != start.utcoffset():
            while end - start > SECOND:
                middle = start + (end - start) // (2 * SECOND) * SECOND
                changed = self.localize(middle).utcoffset() != start.utcoffset()
                start, end = (start, middle) if changed else (middle, end)
        return self.localize(end)

    def hours(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Begin and end of every local hour from `start`, which begins one, up to `end`."""
        start = self.localize(start)
        while start < end:
            if self._is_plain(start):
                ends = [start + HOUR * n for n in range(1, 25)]
            else:
                ends = [self.hour_end(start)]
            for following in ends:
                if start < end:
                    yield start, min(following, end)
                start = following

    def _is_plain(self, start: datetime) -> bool:
        """Whether 24 whole hours of one offset follow: no zone changes its clocks twice within days."""
        is_moving = any(abs(one.day - start.date()) <= 3 * DAY for one in self.zones[1:])
        if start.minute or start.second or is_moving:
            return False
        return self.localize(start + DAY).utcoffset() == start.utcoffset()

    def clock(self, day: date, wall: time) -> datetime:
        """The begin of the hour in which the clock first showed that time of that day, within the day."""
        zone = ZoneInfo(self.zones[_place_of(day, self.zones)].zone)
        instant = datetime.combine(day, wall, zone).astimezone(UTC)
        return self.hour_start(min(max(instant, self.day_start(day)), self.day_end(day)))


@lru_cache(maxsize=16_384)
def day_start(day: date, zones: tuple[ZoneSince, ...]) -> datetime:
    """The first instant that belongs to `day` or a later one, with its offset."""
    place = _place_of(day, zones)
    # A zone that came later may have begun before this day did: then the day was left out.
    later = (_first_instant(since.day, since.zone) for since in zones[place + 1 :])
    first = min([_first_instant(day, zones[place].zone), *later])
    return first.astimezone(timezone(local_time(first, zones).utcoffset() or timedelta()))


@lru_cache(maxsize=1024)
def left_out_days(zones: tuple[ZoneSince, ...]) -> tuple[date, ...]:
    """The days that the site's clock never showed, such as 30 December 2011 in Samoa."""
    candidates = {since.day - DAY * days for since in zones[1:] for days in (1, 2)}
    for since in zones:
        candidates |= _days_near_date_line(since.zone)
    return tuple(day for day in sorted(candidates) if day_start(day, zones) == day_start(day + DAY, zones))


@lru_cache(maxsize=1024)
def _days_near_date_line(zone: str) -> frozenset[date]:
    """All days of the years in which the zone moved to the other side of the date line."""
    years = range(MIN_DAY.year, MAX_DAY.year + 1)
    offsets = [datetime(year, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for year in years]
    moved = [
        year
        for year, before, after in zip(years, offsets, offsets[1:], strict=False)
        if abs((after or timedelta()) - (before or timedelta())) >= _DATE_LINE
    ]
    return frozenset(date(year - 1, 12, 25) + DAY * days for year in moved for days in range(380))


def _place_of(day: date, zones: tuple[ZoneSince, ...]) -> int:
    return max((place for place, since in enumerate(zones) if since.day <= day), default=0)


def _first_instant(day: date, name: str) -> datetime:
    """When the zone's clock first showed that day, or a later one where it never did."""
    zone = ZoneInfo(name)
    midnight = datetime.combine(day, time.min, zone)
    first = midnight.astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return first
    # Clocks were put forward over midnight: the day began when that was done.
    before = midnight.replace(fold=1).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while first - before > SECOND:
        middle = before + (first - before) // (2 * SECOND) * SECOND
        is_before = middle.astimezone(zone).utcoffset() == offset
        before, first = (middle, first) if is_before else (before, middle)
    return first
