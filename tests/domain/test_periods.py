"""Local hours and days, in every zone and over every change of offset."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain import periods
from analytics_service.domain.counter import Item
from analytics_service.domain.periods import Days, days_of, moment, week_of, zone_at
from analytics_service.domain.site import WeekStart, ZoneSince

QUARTER = 900
FIRST = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2037, 12, 31, tzinfo=UTC).timestamp())
ODD_ZONES = [
    *("Asia/Ho_Chi_Minh", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo"),
    *("Africa/Cairo", "Asia/Gaza", "America/St_Johns", "Africa/Casablanca", "Asia/Tehran", "Europe/London"),
    *("America/Havana", "Asia/Beirut", "Antarctica/Troll", "America/Caracas", "Asia/Pyongyang", "Etc/UTC"),
]


def zones(name: str) -> tuple[ZoneSince, ...]:
    return (ZoneSince(date(1970, 1, 1), name),)


def changes(name: str) -> list[int]:
    """Every change of offset 2000–2037, in epoch seconds, found without our own code."""
    zone = ZoneInfo(name)

    def offset(at: int) -> timedelta | None:
        return datetime.fromtimestamp(at, zone).utcoffset()

    found = []
    for start in range(FIRST, LAST, 7 * 86400):
        low, high = start, start + 7 * 86400
        if offset(low) == offset(high):
            continue
        before = offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        found.append(high)
    return found


@pytest.mark.parametrize("name", ODD_ZONES)
def test_hours_are_whole_and_in_order_over_every_change_of_offset(name: str) -> None:
    for change in changes(name):
        start = change - change % QUARTER
        keys = []
        for at in range(start - 8 * QUARTER, start + 9 * QUARTER, QUARTER):
            found = moment(at * 1000, zones(name))
            local = datetime.fromtimestamp(at, ZoneInfo(name))
            began = datetime.fromtimestamp(found.hour, ZoneInfo(name))
            assert found.hour <= at
            assert at - found.hour < 3600
            assert found.day == local.date()
            # From its beginning to now, a local hour shows one offset and one number.
            assert (began.hour, began.utcoffset()) == (local.hour, local.utcoffset())
            keys.append(found.hour)
        assert keys == sorted(keys)


@given(st.sampled_from(sorted(available_timezones())), st.integers(FIRST * 1000, LAST * 1000))
def test_an_instant_belongs_to_the_day_that_the_zone_shows(name: str, at_ms: int) -> None:
    found = moment(at_ms, zones(name))
    assert found.day == datetime.fromtimestamp(at_ms / 1000, ZoneInfo(name)).date()
    assert 0 <= at_ms / 1000 - found.hour < 3600


def test_a_change_of_zone_holds_from_the_local_midnight_named() -> None:
    moved = (*zones("Asia/Ho_Chi_Minh"), ZoneSince(date(2026, 11, 21), "Asia/Tokyo"))
    before = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)
    assert moment(int(before.timestamp() * 1000), moved).day == date(2026, 11, 20)
    after = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert moment(int(after.timestamp() * 1000), moved).day == date(2026, 11, 21)


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_a_monday_week_is_the_iso_week(day: date) -> None:
    year, week, _ = day.isocalendar()
    assert week_of(day, WeekStart.MONDAY) == date.fromisocalendar(year, week, 1)


@given(st.dates(date(1970, 1, 10), date(2100, 1, 1)), st.sampled_from(list(WeekStart)))
def test_weeks_and_months_touch_and_never_overlap(day: date, start: WeekStart) -> None:
    one = timedelta(days=1)
    week, last_week = days_of(Item.WEEK, day, start), days_of(Item.LAST_WEEK, day, start)
    month, last_month = days_of(Item.MONTH, day, start), days_of(Item.LAST_MONTH, day, start)
    assert week.first is not None
    assert month.first is not None
    assert last_week == Days(week.first - timedelta(days=7), week.first - one)
    assert last_month.last == month.first - one
    assert last_month.first == last_month.last.replace(day=1)
    assert week.first.weekday() == (0 if start is WeekStart.MONDAY else 6)
    assert days_of(Item.YEAR, day, start) == Days(date(day.year, 1, 1), day)
    assert days_of(Item.TOTAL, day, start) == Days(None, date.max)


def test_the_zone_of_the_machine_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    hanoi = zones("Asia/Ho_Chi_Minh")
    at_ms = 1_763_600_123_456
    expected = moment(at_ms, hanoi)
    periods._moment.cache_clear()
    monkeypatch.setenv("TZ", "Pacific/Apia")
    time.tzset()
    try:
        assert moment(at_ms, hanoi) == expected
    finally:
        monkeypatch.undo()
        time.tzset()
        periods._moment.cache_clear()


def test_a_sites_zone_is_the_one_in_force_at_that_instant() -> None:
    moved = (ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"), ZoneSince(date(2026, 11, 20), "Asia/Tokyo"))
    # The new day begins in Tokyo first.
    midnight = datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert zone_at(midnight - timedelta(hours=3), moved) == "Asia/Ho_Chi_Minh"
    assert zone_at(midnight + timedelta(hours=3), moved) == "Asia/Tokyo"


def test_who_is_online_is_no_sum_of_days() -> None:
    for item in (Item.ONLINE, Item.PEAK):
        with pytest.raises(ValueError, match="who is online is no sum of days"):
            days_of(item, date(2026, 11, 20), WeekStart.MONDAY)
