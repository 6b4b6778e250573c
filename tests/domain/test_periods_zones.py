"""Local hours and days in every zone of the world, over every change of its clocks from 2000 to 2037."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from importlib import resources
from itertools import pairwise, permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain.counter import Item
from analytics_service.domain.periods import Days, Moment, days_of, moment, week_of
from analytics_service.domain.site import WeekStart, ZoneSince
from tests.faults.sizes import SOAKING, soak

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2038, 1, 1, tzinfo=UTC).timestamp())
MINUTE, QUARTER, HOUR, DAY = 60, 900, 3_600, 86_400
# No zone changes its clocks twice within five days.
STEP = 5 * DAY
ONE = timedelta(days=1)

PLACES = (
    *("Pacific/Pago_Pago", "America/Los_Angeles", "America/St_Johns", "America/Sao_Paulo", "Europe/London"),
    *("Africa/Casablanca", "Asia/Kathmandu", "Asia/Ho_Chi_Minh", "Australia/Eucla", "Asia/Tokyo"),
    *("Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati"),
)

pytestmark = pytest.mark.timeout(soak(120, 1_200))


@dataclass(frozen=True)
class Change:
    """A zone's clocks put forward or back: the instant, the offsets before and after it, in seconds."""

    zone: str
    at: int
    before: int
    after: int

    def told(self, begin: int, length: int) -> tuple[int, int]:
        """For how many seconds clocks show local times of that stretch, before and after the change."""
        before = self.at + self.before - begin
        after = begin + length - (self.at + self.after)
        return min(max(before, 0), length), min(max(after, 0), length)

    def moment(self, at_ms: int) -> Moment:
        return moment(at_ms, since_ever(self.zone))

    def expected(self, at_ms: int) -> Moment:
        """The day on the zone's calendar, and when the minute hand last stood at twelve or was moved."""
        local = (EPOCH + timedelta(milliseconds=at_ms)).astimezone(ZoneInfo(self.zone))
        began = at_ms // 1000 - local.minute * MINUTE - local.second
        return Moment(local.date(), max(began, self.at) if at_ms >= self.at * 1000 else began)

    def around(self) -> list[int]:
        """Quarters of two days to both sides and minutes of two hours, in milliseconds."""
        quarter = self.at - self.at % QUARTER
        quarters = range(quarter - 2 * DAY, quarter + 2 * DAY + 1, QUARTER)
        minutes = range(self.at - 2 * HOUR, self.at + 2 * HOUR + 1, MINUTE)
        return sorted(at * 1000 for at in {*quarters, *minutes})


def since_ever(zone: str) -> tuple[ZoneSince, ...]:
    return (ZoneSince(date(1970, 1, 1), zone),)


def changes_of(name: str) -> Iterable[Change]:
    """Every change of offset 2000–2037, found in the zone itself."""
    zone = ZoneInfo(name)

    def offset(at: int) -> timedelta:
        return datetime.fromtimestamp(at, zone).utcoffset() or timedelta()

    before = offset(FIRST)
    for start in range(FIRST, LAST, STEP):
        low, high = start, start + STEP
        after = offset(high)
        if after == before:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        yield Change(name, high, int(before.total_seconds()), int(after.total_seconds()))
        before = after


@cache
def world() -> tuple[Change, ...]:
    """Every change in any zone that Python knows; what many zones do at once is taken from one of them."""
    names = resources.files("tzdata").joinpath("zones").read_text("ascii").split()
    found = {(one.at, one.before, one.after): one for name in names for one in changes_of(name)}
    return tuple(found.values())


def kinds() -> tuple[Change, ...]:
    """One change for each time of day and pair of offsets; all of them in a soak."""
    if SOAKING:
        return world()
    return tuple({(one.at % DAY, one.before, one.after): one for one in world()}.values())


def test_every_change_of_offset_falls_on_a_whole_minute() -> None:
    assert len(world()) > 1_000
    assert [one for one in world() if one.at % MINUTE or one.before % MINUTE or one.after % MINUTE] == []


def test_the_minute_before_a_change_at_one_past_midnight_is_the_day_that_has_begun() -> None:
    # Newfoundland, until 2011: at 00:01 on 7 November clocks were put back to 23:01 on the 6th.
    change = int(datetime(2010, 11, 7, 2, 31, tzinfo=UTC).timestamp())
    told = [moment(at * 1000, since_ever("America/St_Johns")) for at in (change - 1, change, change + 3_540)]
    assert told == [
        Moment(date(2010, 11, 7), change - 60),
        Moment(date(2010, 11, 6), change),
        Moment(date(2010, 11, 7), change + 3_540),
    ]


def test_around_every_change_day_and_hour_are_those_that_the_zones_clock_shows() -> None:
    # ±2 days, closer near the change, and the milliseconds next to it.
    near = [0, *(sign * at for sign in (1, -1) for at in (MINUTE, QUARTER, HOUR, 2 * HOUR, 3 * HOUR))]
    far = range(-2 * DAY, 2 * DAY + 1, 6 * HOUR + QUARTER)
    steps = sorted({at * 1000 + ms for at in near for ms in (-1, 0, 1)} | {at * 1000 for at in far})
    wrong = [
        (change, step)
        for change in world()
        for step in steps
        if change.moment(change.at * 1000 + step) != change.expected(change.at * 1000 + step)
    ]
    assert wrong == []


def test_hours_follow_each_other_without_a_gap_and_add_up_to_days() -> None:
    for change in kinds():
        found = [change.moment(at) for at in change.around()]
        keys = [one.hour for one in found]
        day_of_hour = {one.hour: one.day for one in found}
        assert keys == sorted(keys), change
        assert all(day_of_hour[one.hour] == one.day for one in found), change
        days: Counter[date] = Counter()
        for hour, following in pairwise(sorted(day_of_hour)):
            assert 0 < following - hour <= HOUR, (change, hour)
            days[day_of_hour[hour]] += following - hour
        first, last = found[0].day, found[-1].day
        inner = [first + ONE * number for number in range(1, (last - first).days)]
        expected = {day: sum(change.told(_local_seconds(day), DAY)) for day in inner}
        assert {day: days[day] for day in inner} == expected, change
        # A day that a zone skipped is no day of anything.
        assert days.keys() <= {first, last, *(day for day in inner if expected[day])}, change


def test_a_local_hour_that_comes_twice_has_a_key_each_time() -> None:
    for change in kinds():
        keys: dict[int, set[int]] = defaultdict(set)
        for at in change.around():
            offset = change.before if at < change.at * 1000 else change.after
            shown = at // 1000 + offset
            keys[shown - shown % HOUR].add(change.moment(at).hour)
        assert {hour: len(of) for hour, of in keys.items()} == {
            hour: sum(piece > 0 for piece in change.told(hour, HOUR)) for hour in keys
        }, change


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Pacific/Fakaofo"])
def test_the_day_that_samoa_and_tokelau_skipped_never_was(zone: str) -> None:
    start = datetime(2011, 12, 29, tzinfo=UTC)
    instants = [start + timedelta(minutes=quarter * 15) for quarter in range(3 * 96)]
    days = [moment(int(at.timestamp() * 1000), since_ever(zone)).day for at in instants]
    assert days == sorted(days)
    assert date(2011, 12, 30) not in days
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= set(days)


def _local_seconds(day: date) -> int:
    return (day - EPOCH.date()).days * DAY


def _week(day: date, start: WeekStart) -> tuple[int, ...]:
    year, week, _ = (day if start is WeekStart.MONDAY else day + ONE).isocalendar()
    return year, week


def _month(day: date) -> tuple[int, ...]:
    return day.timetuple()[:2]


def _year(day: date) -> tuple[int, ...]:
    return day.timetuple()[:1]


def _ends(days: Days) -> tuple[date, date]:
    assert days.first is not None
    return days.first, days.last


@pytest.mark.parametrize("start", list(WeekStart))
def test_a_week_is_the_calendars_on_every_day_from_1970_to_2100(start: WeekStart) -> None:
    for number in range(date(1970, 1, 12).toordinal(), date(2101, 1, 1).toordinal()):
        day = date.fromordinal(number)
        first = week_of(day, start)
        assert first <= day < first + 7 * ONE
        assert _week(first, start) == _week(day, start) != _week(first - ONE, start)


@pytest.mark.parametrize("start", list(WeekStart))
def test_each_item_holds_all_days_of_its_period_and_no_other(start: WeekStart) -> None:
    for number in range(date(1970, 1, 12).toordinal(), date(2101, 1, 1).toordinal(), soak(5, 1)):
        today = date.fromordinal(number)
        assert days_of(Item.TODAY, today, start) == Days(today, today)
        assert days_of(Item.YESTERDAY, today, start) == Days(today - ONE, today - ONE)
        for item, before, mark in (
            (Item.WEEK, Item.LAST_WEEK, partial(_week, start=start)),
            (Item.MONTH, Item.LAST_MONTH, _month),
            (Item.YEAR, None, _year),
        ):
            first, last = _ends(days_of(item, today, start))
            assert last == today
            assert mark(first - ONE) != mark(first) == mark(today)
            if before:
                # The period before ends where this one begins, and is whole.
                whole, end = _ends(days_of(before, today, start))
                assert end + ONE == first
                assert mark(whole - ONE) != mark(whole) == mark(end)


def _quarters(day: date, days: int) -> list[datetime]:
    """The quarters of some days to both sides of a day's beginning in UTC."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return [begin + timedelta(minutes=15 * quarter) for quarter in range(-96 * days, 96 * days)]


def _told(instants: Iterable[datetime], zones: tuple[ZoneSince, ...]) -> list[Moment]:
    return [moment(int(at.timestamp() * 1000), zones) for at in instants]


def _shown(instants: list[datetime], zones: tuple[ZoneSince, ...]) -> list[date]:
    """The days on the clock of the last zone whose midnight has passed, none of them the next zone's."""
    since = [
        (
            datetime(one.day.year, one.day.month, one.day.day, tzinfo=ZoneInfo(one.zone)).astimezone(UTC),
            one.zone,
        )
        for one in zones
    ]
    ends = [*(one.day - ONE for one in zones[1:]), date.max]
    days = []
    for at in instants:
        held = max(place for place, (midnight, _) in enumerate(since) if midnight <= at)
        days.append(min(at.astimezone(ZoneInfo(since[held][1])).date(), ends[held]))
    return days


def _in_order(found: list[Moment]) -> bool:
    hours = {one.hour: one.day for one in found}
    keys, days = [one.hour for one in found], [one.day for one in found]
    return keys == sorted(keys) and days == sorted(days) and all(hours[one.hour] == one.day for one in found)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 4), date(2026, 11, 21)])
def test_after_a_change_of_zone_the_new_zones_clock_holds_from_its_midnight_on(day: date) -> None:
    for old, new in permutations(PLACES, 2):
        instants = _quarters(day, 2)
        zones = (*since_ever(old), ZoneSince(day, new))
        found = _told(instants, zones)
        assert [one.day for one in found] == _shown(instants, zones), zones
        assert _in_order(found), zones


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(PLACES)), min_size=1, max_size=4),
    st.sampled_from(PLACES),
    st.dates(date(2012, 1, 1), date(2036, 12, 1)),
)
@settings(derandomize=True, deadline=None, max_examples=soak(80, 1_600))
def test_however_often_a_site_moves_its_days_never_run_back_and_none_is_cut_twice(
    moves: list[tuple[int, str]], first: str, day: date
) -> None:
    instants = _quarters(day + 4 * ONE, 6)
    zones = since_ever(first)
    for later, zone in moves:
        day += ONE * later
        zones = (*zones, ZoneSince(day, zone))
    found = _told(instants, zones)
    assert [one.day for one in found] == _shown(instants, zones)
    assert _in_order(found)
