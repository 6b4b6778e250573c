"""The buckets of a series: without a gap, in every zone, over changes of clocks."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics_service.domain.buckets import Interval, cut, default_interval
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.period_forms import Dates, Instants, parse_period
from analytics_service.domain.periods import moment
from analytics_service.domain.ranges import Range, range_of_hours, recent_minutes, resolve
from analytics_service.domain.site import WeekStart
from analytics_service.errors import BadParameter
from tests.domain.zones import WORLD, calendar_of, utc
from tests.faults.sizes import soak

ONE = timedelta(days=1)
QUARTER = timedelta(minutes=15)
LATER = utc("2030-01-01T00:00")
CHANGES = (date(2026, 3, 8), date(2026, 3, 28), date(2026, 4, 4), date(2026, 9, 5), date(2026, 10, 24))


def starts(calendar: Calendar, period: str, interval: Interval, at: datetime = LATER) -> list[str]:
    buckets = cut(resolve(parse_period(period), calendar, at), interval, calendar, at)
    return [bucket.start.isoformat() for bucket in buckets]


def shown_hours(zone: str, whole: Range) -> list[tuple[date, int, timedelta | None]]:
    """The hours that the zone's clock shows within a range, in order, each with its offset."""
    found = []
    at = whole.start.astimezone(UTC)
    while at < whole.end:
        local = at.astimezone(ZoneInfo(zone))
        found.append((local.date(), local.hour, local.utcoffset()))
        at += QUARTER
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("zone", WORLD)
def test_hours_are_those_that_the_zones_clock_shows(zone: str) -> None:
    calendar = calendar_of(zone)
    for day in CHANGES:
        whole = resolve(Dates(day, day + ONE), calendar, LATER)
        buckets = cut(whole, Interval.HOUR, calendar, LATER)
        shown = [
            (one.start.date(), one.start.hour, one.start.astimezone(ZoneInfo(zone)).utcoffset())
            for one in buckets
        ]
        assert shown == shown_hours(zone, whole)
        assert [one.start.utcoffset() for one in buckets] == [offset for _, _, offset in shown]
        assert all(one.day == one.start.date() for one in buckets)


@given(
    st.sampled_from(WORLD),
    st.dates(date(2012, 1, 1), date(2037, 1, 1)),
    st.integers(0, 90),
    st.sampled_from([Interval.HOUR, Interval.DAY, Interval.WEEK, Interval.MONTH]),
    st.sampled_from(WeekStart),
)
@settings(max_examples=soak(150, 1_000), derandomize=True, deadline=None)
def test_buckets_have_no_gap_and_fill_their_range(
    zone: str, first: date, days: int, interval: Interval, start: WeekStart
) -> None:
    calendar = calendar_of(zone, start)
    whole = resolve(Dates(first, first + days * ONE), calendar, LATER)
    buckets = cut(whole, interval, calendar, LATER)
    assert (buckets[0].start, buckets[-1].end) == (whole.start, whole.end)
    assert all(one.end == another.start for one, another in pairwise(buckets))
    assert all(one.start < one.end for one in buckets)
    assert [one.complete for one in buckets] == [one.end <= LATER for one in buckets]
    every = [first + n * ONE for n in range(days + 1)]
    firsts = {
        Interval.DAY: every,
        Interval.WEEK: [
            day for day in every if day == first or day.isoweekday() % 7 == (start is WeekStart.MONDAY)
        ],
        Interval.MONTH: [day for day in every if day == first or day.day == 1],
    }
    if interval in firsts:
        assert [one.day for one in buckets] == firsts[interval]


@given(st.sampled_from(WORLD), st.datetimes(datetime(2012, 1, 1), datetime(2037, 1, 1)), st.integers(1, 400))
@settings(max_examples=soak(80, 1_000), derandomize=True, deadline=None)
def test_days_of_a_range_of_hours_are_cut_to_it(zone: str, naive: datetime, hours: int) -> None:
    calendar = calendar_of(zone)
    start = calendar.hour_start(naive.replace(tzinfo=UTC))
    end = calendar.hour_start(start + timedelta(hours=hours, minutes=31))
    whole = resolve(Instants(start, end), calendar, LATER)
    buckets = cut(whole, Interval.DAY, calendar, LATER)
    assert (buckets[0].start, buckets[-1].end) == (start, end)
    assert [one.day for one in buckets] == sorted(
        {one.day for one in cut(whole, Interval.HOUR, calendar, LATER)}
    )


@given(
    st.sampled_from(WORLD),
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(WORLD)), min_size=1, max_size=3),
    st.dates(date(2012, 1, 5), date(2036, 12, 1)),
)
@example("Asia/Tokyo", [(1, "Asia/Kathmandu"), (1, "Asia/Tokyo")], date(2026, 11, 20))
@example("Pacific/Honolulu", [(1, "Pacific/Pago_Pago"), (1, "Asia/Kathmandu")], date(2026, 11, 20))
@settings(derandomize=True, deadline=None, max_examples=soak(60, 1_000))
def test_however_often_a_site_moves_hours_are_those_under_which_facts_are_counted(
    zone: str, moves: list[tuple[int, str]], day: date
) -> None:
    since = [day + ONE * sum(days for days, _ in moves[: n + 1]) for n in range(len(moves))]
    calendar = calendar_of(zone, WeekStart.MONDAY, *zip(since, [one for _, one in moves], strict=True))
    whole = resolve(Dates(day - ONE, since[-1] + 2 * ONE), calendar, LATER)
    count = (whole.end - whole.start) // QUARTER
    keys = [moment(int((whole.start + n * QUARTER).timestamp() * 1000), calendar.zones) for n in range(count)]
    buckets = cut(whole, Interval.HOUR, calendar, LATER)
    assert [(one.day, int(one.start.timestamp())) for one in buckets] == list(
        dict.fromkeys((key.day, key.hour) for key in keys)
    )


@pytest.mark.parametrize(
    ("zone", "period", "some"),
    [
        ("Asia/Ho_Chi_Minh", "2026-11-22", ["00:00:00+07:00", "01:00:00+07:00", "02:00:00+07:00"]),
        ("Asia/Kathmandu", "2026-11-22", ["00:00:00+05:45", "01:00:00+05:45"]),
        # Put forward at 2: that hour is none.
        ("Europe/Berlin", "2026-03-29", ["00:00:00+01:00", "01:00:00+01:00", "03:00:00+02:00"]),
        # Put back at 3: that hour comes twice.
        (
            "Europe/Berlin",
            "2026-10-25",
            ["00:00:00+02:00", "01:00:00+02:00", "02:00:00+02:00", "02:00:00+01:00"],
        ),
        # Put back at 2 by half an hour only.
        (
            "Australia/Lord_Howe",
            "2026-04-05",
            ["00:00:00+11:00", "01:00:00+11:00", "01:30:00+10:30", "02:00:00+10:30"],
        ),
        # Put forward at midnight.
        ("Africa/Cairo", "2026-04-24", ["01:00:00+03:00", "02:00:00+03:00"]),
    ],
)
def test_hours_over_daylight_saving(zone: str, period: str, some: list[str]) -> None:
    found = starts(calendar_of(zone), period, Interval.HOUR)
    assert [start.partition("T")[2] for start in found[: len(some)]] == some


def test_the_day_that_samoa_left_out_has_no_bucket() -> None:
    apia = calendar_of("Pacific/Apia")
    days = cut(resolve(Dates(date(2011, 12, 29), date(2011, 12, 31)), apia, LATER), Interval.DAY, apia, LATER)
    assert [one.start.isoformat() for one in days] == [
        "2011-12-29T00:00:00-10:00",
        "2011-12-31T00:00:00+14:00",
    ]
    assert len(starts(apia, "2011-12-29", Interval.HOUR)) == 24
    assert starts(apia, "2011-12-30", Interval.HOUR) == starts(apia, "2011-12-30", Interval.DAY) == []


def test_where_a_site_moves_its_last_day_on_the_old_clock_ends_at_the_new_midnight() -> None:
    moved = calendar_of("Asia/Ho_Chi_Minh", WeekStart.MONDAY, (date(2026, 11, 21), "Asia/Kathmandu"))
    # Midnight in Kathmandu is 01:15 in Hanoi: until then it is still the 20th.
    last = cut(resolve(parse_period("2026-11-20"), moved, LATER), Interval.HOUR, moved, LATER)[-2:]
    assert [one.start.isoformat() for one in last] == [
        "2026-11-21T00:00:00+07:00",
        "2026-11-21T01:00:00+07:00",
    ]
    assert last[-1].end.isoformat() == "2026-11-21T00:00:00+05:45"
    assert {one.day for one in last} == {date(2026, 11, 20)}
    assert starts(moved, "2026-11-21", Interval.HOUR)[0] == "2026-11-21T00:00:00+05:45"


def test_weeks_and_months_at_the_ends_are_no_longer_than_the_range() -> None:
    hanoi, at = calendar_of("Asia/Ho_Chi_Minh"), utc("2026-11-18T06:53")
    whole = resolve(Dates(date(2026, 10, 28), date(2026, 11, 18)), hanoi, at)
    weeks = cut(whole, Interval.WEEK, hanoi, at)
    assert [one.day.isoformat() for one in weeks] == ["2026-10-28", "2026-11-02", "2026-11-09", "2026-11-16"]
    assert [one.complete for one in weeks] == [True, True, True, False]
    assert weeks[-1].end.isoformat() == "2026-11-19T00:00:00+07:00"
    assert [one.day.isoformat() for one in cut(whole, Interval.MONTH, hanoi, at)] == [
        "2026-10-28",
        "2026-11-01",
    ]


def test_what_lies_ahead_is_in_buckets_that_are_not_complete() -> None:
    hanoi, at = calendar_of("Asia/Ho_Chi_Minh"), utc("2026-11-18T06:53")
    month = cut(resolve(parse_period("2026-11"), hanoi, at), Interval.DAY, hanoi, at)
    assert [one.day.day for one in month if not one.complete] == list(range(18, 31))


def test_minutes_are_the_last_thirty_and_the_running_one_is_the_last() -> None:
    hanoi, at = calendar_of("Asia/Ho_Chi_Minh"), utc("2026-11-21T17:10")
    minutes = cut(recent_minutes(hanoi, at + timedelta(seconds=20)), Interval.MINUTE, hanoi, at)
    assert len(minutes) == 30
    assert minutes[0].start.isoformat() == "2026-11-21T23:41:00+07:00"
    assert minutes[-1].start.isoformat() == "2026-11-22T00:10:00+07:00"
    assert [one.complete for one in minutes] == [True] * 29 + [False]


@pytest.mark.parametrize(
    ("first", "last", "interval", "allowed"),
    [
        (date(2025, 1, 1), date(2026, 1, 2), Interval.HOUR, ("day", "week", "month")),
        (date(1970, 1, 1), date(2099, 12, 31), Interval.HOUR, ("week", "month")),
        (date(1970, 1, 1), date(2099, 12, 31), Interval.DAY, ("week", "month")),
        (date(2026, 1, 1), date(2026, 1, 2), Interval.MINUTE, ("hour", "day", "week", "month")),
    ],
)
def test_too_many_buckets_are_refused_with_the_intervals_that_fit(
    first: date, last: date, interval: Interval, allowed: tuple[str, ...]
) -> None:
    hanoi = calendar_of("Asia/Ho_Chi_Minh")
    with pytest.raises(BadParameter) as refused:
        cut(resolve(Dates(first, last), hanoi, LATER), interval, hanoi, LATER)
    assert (refused.value.parameter, refused.value.allowed) == ("interval", allowed)


@pytest.mark.parametrize(
    ("days", "interval", "problem"),
    [
        (367, Interval.HOUR, "the period has more than 8784 buckets of one hour each"),
        (8785, Interval.DAY, "the period has more than 8784 buckets of one day each"),
        (1, Interval.MINUTE, "'minute' is for the last 30 minutes: it goes with period 'today'"),
    ],
)
def test_why_an_interval_is_refused(days: int, interval: Interval, problem: str) -> None:
    hanoi, first = calendar_of("Asia/Ho_Chi_Minh"), date(2000, 1, 1)
    whole = resolve(Dates(first, first + timedelta(days=days - 1)), hanoi, LATER)
    with pytest.raises(BadParameter) as refused:
        cut(whole, interval, hanoi, LATER)
    assert (str(refused.value), refused.value.code) == (f"interval: {problem}", "value")


def test_as_many_buckets_as_are_allowed_are_among_the_intervals_that_fit() -> None:
    hanoi, first = calendar_of("Asia/Ho_Chi_Minh"), date(2000, 1, 1)
    for days, fit in ((8784, ("day", "week", "month")), (8785, ("week", "month"))):
        whole = resolve(Dates(first, first + timedelta(days=days - 1)), hanoi, LATER)
        with pytest.raises(BadParameter) as refused:
            cut(whole, Interval.HOUR, hanoi, LATER)
        assert refused.value.allowed == fit
    assert (
        len(
            cut(resolve(Dates(first, first + timedelta(days=8783)), hanoi, LATER), Interval.DAY, hanoi, LATER)
        )
        == 8784
    )


def test_a_range_of_hours_has_as_many_buckets_as_hours() -> None:
    hanoi, start = calendar_of("Asia/Ho_Chi_Minh"), utc("2026-11-10T05:00")
    hours = range_of_hours(start, start + timedelta(hours=5), hanoi, LATER)
    assert [bucket.start for bucket in cut(hours, Interval.HOUR, hanoi, LATER)] == [
        start + timedelta(hours=number) for number in range(5)
    ]
    many = range_of_hours(start, start + timedelta(hours=8785), hanoi, LATER)
    with pytest.raises(BadParameter):
        cut(many, Interval.HOUR, hanoi, LATER)


def test_366_days_by_the_hour_are_allowed() -> None:
    berlin = calendar_of("Europe/Berlin")
    assert len(starts(berlin, "2028", Interval.HOUR)) == 366 * 24


def test_without_an_interval_a_series_has_hours_then_days_then_months() -> None:
    hanoi, at = calendar_of("Asia/Ho_Chi_Minh", first_day=date(2020, 1, 1)), utc("2026-11-18T06:53")
    found = [
        default_interval(resolve(parse_period(word), hanoi, at)) for word in ("today", "28d", "12mo", "all")
    ]
    assert found == [Interval.HOUR, Interval.DAY, Interval.DAY, Interval.MONTH]
    assert default_interval(recent_minutes(hanoi, at)) is Interval.MINUTE
