"""What a period is compared with, and where both sides end while it is still running."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain.calendars import Calendar
from analytics_service.domain.comparisons import Comparison, compare, parse_compare
from analytics_service.domain.period_forms import parse_period
from analytics_service.domain.ranges import Grain, Range, recent_minutes, resolve
from analytics_service.domain.site import WeekStart
from analytics_service.errors import BadParameter
from tests.domain.zones import WORLD, calendar_of, utc
from tests.faults.sizes import soak

ONE = timedelta(days=1)
HANOI = calendar_of("Asia/Ho_Chi_Minh", first_day=date(2024, 5, 6))
FRIDAY = utc("2026-11-20T06:53")  # 13:53 in Hanoi


def compared(
    period: str | tuple[str, str], how: str, calendar: Calendar = HANOI, at: datetime = FRIDAY
) -> Comparison:
    form = parse_period(period) if isinstance(period, str) else parse_period(None, *period)
    found = compare(resolve(form, calendar, at), parse_compare(how), calendar, at)
    assert found is not None
    return found


def hours(found: Range) -> str:
    """`11-20 00 … 11-20 13`: the local beginning and end of a range."""
    return f"{found.start:%m-%d %H} … {found.end:%m-%d %H}"


def days(found: Range) -> tuple[str, str]:
    return f"{found.first:%y-%m-%d}", f"{found.last:%y-%m-%d}"


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "26-11-19", "26-11-19"),
        ("yesterday", "26-11-18", "26-11-18"),
        ("7d", "26-11-07", "26-11-13"),
        ("28d", "26-09-26", "26-10-23"),
        ("12mo", "24-11-21", "25-11-20"),
        ("week", "26-11-09", "26-11-13"),
        ("last_week", "26-11-02", "26-11-08"),
        ("2026-W47", "26-11-09", "26-11-15"),
        ("month", "26-10-01", "26-10-20"),
        ("2026-11", "26-10-01", "26-10-30"),
        # As many days before: a month that is over is so many days.
        ("last_month", "26-08-31", "26-09-30"),
        ("2026-02", "26-01-04", "26-01-31"),
        ("year", "25-01-01", "25-11-20"),
        ("2025", "24-01-02", "24-12-31"),
        ("2026-11-14", "26-11-13", "26-11-13"),
    ],
)
def test_previous_is_as_many_days_before_and_for_what_runs_the_same_part(
    period: str, first: str, last: str
) -> None:
    assert days(compared(period, "previous").whole) == (first, last)


@pytest.mark.parametrize(
    ("period", "how", "period_side", "other_side"),
    [
        ("today", "previous", "11-20 00 … 11-20 13", "11-19 00 … 11-19 13"),
        ("week", "previous", "11-16 00 … 11-20 13", "11-09 00 … 11-13 13"),
        ("2026-W47", "previous", "11-16 00 … 11-20 13", "11-09 00 … 11-13 13"),
        ("month", "previous", "11-01 00 … 11-20 13", "10-01 00 … 10-20 13"),
        ("2026-11", "previous", "11-01 00 … 11-20 13", "10-01 00 … 10-20 13"),
        ("year", "previous", "01-01 00 … 11-20 13", "01-01 00 … 11-20 13"),
        ("7d", "previous", "11-14 00 … 11-20 13", "11-07 00 … 11-13 13"),
        ("7d", "year", "11-14 00 … 11-20 13", "11-14 00 … 11-20 13"),
        ("last_week", "previous", "11-09 00 … 11-16 00", "11-02 00 … 11-09 00"),
        ("last_week", "year", "11-09 00 … 11-16 00", "11-09 00 … 11-16 00"),
        ("week", "2026-06-01/2026-06-30", "11-16 00 … 11-20 13", "06-01 00 … 06-05 13"),
        ("week", "2026-06-01/2026-06-03", "11-16 00 … 11-20 13", "06-01 00 … 06-04 00"),
        ("last_week", "2026-11", "11-09 00 … 11-16 00", "11-01 00 … 11-20 13"),
        # Nothing of it has passed yet.
        ("2026-12", "previous", "12-01 00 … 12-01 00", "11-01 00 … 11-01 00"),
    ],
)
def test_for_the_change_both_sides_end_at_the_beginning_of_the_running_hour(
    period: str, how: str, period_side: str, other_side: str
) -> None:
    found = compared(period, how).totals
    assert (hours(found.period), hours(found.against)) == (period_side, other_side)


@pytest.mark.parametrize(
    ("period", "how", "period_side", "other_side"),
    [
        ("week", "previous", ("26-11-16", "26-11-19"), ("26-11-09", "26-11-12")),
        ("month", "previous", ("26-11-01", "26-11-19"), ("26-10-01", "26-10-19")),
        ("7d", "previous", ("26-11-14", "26-11-19"), ("26-11-07", "26-11-12")),
        ("7d", "year", ("26-11-14", "26-11-19"), ("25-11-14", "25-11-19")),
        ("year", "previous", ("26-01-01", "26-11-19"), ("25-01-01", "25-11-19")),
        ("last_week", "previous", ("26-11-09", "26-11-15"), ("26-11-02", "26-11-08")),
        ("last_week", "2026-11", ("26-11-09", "26-11-15"), ("26-11-01", "26-11-19")),
    ],
)
def test_panels_compare_whole_days_and_leave_out_the_running_one_on_both_sides(
    period: str, how: str, period_side: tuple[str, str], other_side: tuple[str, str]
) -> None:
    found = compared(period, how).panels
    assert found is not None
    assert (days(found.period), days(found.against)) == (period_side, other_side)
    assert found.period.grain is found.against.grain is Grain.DAY
    assert found.period.complete


def test_of_today_alone_panels_have_nothing_to_compare() -> None:
    assert compared("today", "previous").panels is None


def test_a_month_that_is_longer_than_the_one_before_meets_the_whole_of_it() -> None:
    found = compared("month", "previous", at=utc("2026-03-31T06:53"))
    assert days(found.whole) == ("26-02-01", "26-02-28")
    assert (hours(found.totals.period), hours(found.totals.against)) == (
        "03-01 00 … 03-31 13",
        "02-01 00 … 03-01 00",
    )
    assert found.panels is not None
    assert (days(found.panels.period), days(found.panels.against)) == (
        ("26-03-01", "26-03-30"),
        ("26-02-01", "26-02-28"),
    )


def test_29_february_is_compared_with_28_february() -> None:
    found = compared("today", "year", at=utc("2028-02-29T06:53"))
    assert (hours(found.totals.period), hours(found.totals.against)) == (
        "02-29 00 … 02-29 13",
        "02-28 00 … 02-28 13",
    )
    month = compared("month", "year", at=utc("2028-02-29T06:53"))
    assert month.panels is not None
    assert (days(month.panels.period), days(month.panels.against)) == (
        ("28-02-01", "28-02-28"),
        ("27-02-01", "27-02-28"),
    )


def test_hours_are_compared_with_as_many_hours_before() -> None:
    ends = ("2026-11-20T08:00:00+07:00", "2026-11-20T18:00:00+07:00")
    found = compared(ends, "previous")
    assert hours(found.whole) == "11-19 22 … 11-20 08"
    assert (hours(found.totals.period), hours(found.totals.against)) == (
        "11-20 08 … 11-20 13",
        "11-19 22 … 11-20 03",
    )
    year = compared(ends, "year")
    assert (hours(year.whole), year.whole.first.year) == ("11-20 08 … 11-20 18", 2025)
    assert hours(year.totals.against) == "11-20 08 … 11-20 13"


def test_over_daylight_saving_today_is_compared_with_the_same_hours_on_the_clock() -> None:
    berlin = calendar_of("Europe/Berlin")
    # On 29 March 2026 clocks were put forward at 2: five hours have passed at 6, against six.
    found = compared("today", "previous", berlin, utc("2026-03-29T04:30")).totals
    assert (hours(found.period), hours(found.against)) == ("03-29 00 … 03-29 06", "03-28 00 … 03-28 06")
    # The day after, what was left out on the other side is nothing there.
    found = compared("today", "previous", berlin, utc("2026-03-30T00:30")).totals
    assert (hours(found.period), hours(found.against)) == ("03-30 00 … 03-30 02", "03-29 00 … 03-29 03")
    assert found.against.end - found.against.start == timedelta(hours=2)


def test_in_samoa_the_31st_is_compared_with_the_29th() -> None:
    found = compared("today", "previous", calendar_of("Pacific/Apia"), utc("2011-12-31T00:30"))
    assert days(found.whole) == ("11-12-29", "11-12-29")
    assert hours(found.totals.against) == "12-29 00 … 12-29 14"


def test_where_a_site_moved_the_hours_are_those_of_each_days_own_clock() -> None:
    moved = calendar_of("Asia/Ho_Chi_Minh", WeekStart.MONDAY, (date(2026, 11, 20), "Asia/Tokyo"))
    found = compared("today", "previous", moved, utc("2026-11-20T04:53")).totals
    assert found.period.end.isoformat() == "2026-11-20T13:00:00+09:00"
    assert found.against.end.isoformat() == "2026-11-19T13:00:00+07:00"


def test_a_day_that_was_cut_short_by_a_move_is_compared_no_further_than_its_end() -> None:
    moved = calendar_of("America/Los_Angeles", WeekStart.MONDAY, (date(2026, 10, 21), "Pacific/Auckland"))
    # 20 October ended at 4 in the morning there, when the 21st began in Auckland.
    found = compared("2026-11", "previous", moved, utc("2026-11-20T00:53")).totals
    assert found.period.end.isoformat() == "2026-11-20T13:00:00+13:00"
    assert found.against.end.isoformat() == "2026-10-21T00:00:00+13:00"


def test_half_an_hour_that_comes_twice_is_compared_with_whole_hours_of_the_other_day() -> None:
    # At 2 on 5 April 2026 clocks on Lord Howe Island were put back to 01:30.
    found = compared("today", "previous", calendar_of("Australia/Lord_Howe"), utc("2026-04-04T15:10")).totals
    assert found.period.end.isoformat() == "2026-04-05T01:30:00+10:30"
    assert found.against.end.isoformat() == "2026-04-04T01:00:00+11:00"


def test_all_minutes_and_what_would_lie_before_1970_have_no_counterpart() -> None:
    def counterpart(whole: Range, how: str) -> Comparison | None:
        return compare(whole, parse_compare(how), HANOI, FRIDAY)

    everything = resolve(parse_period("all"), HANOI, FRIDAY)
    assert [counterpart(everything, how) for how in ("previous", "year")] == [None, None]
    assert counterpart(everything, "2025") is not None
    assert counterpart(recent_minutes(HANOI, FRIDAY), "previous") is None
    assert counterpart(resolve(parse_period("1970"), HANOI, FRIDAY), "year") is None
    century = resolve(parse_period(None, "1990-01-01", "2026-01-01"), HANOI, FRIDAY)
    assert counterpart(century, "previous") is None


@pytest.mark.parametrize(
    ("text", "code", "problem"),
    [
        ("last_year", "enum", "compare: unknown value 'last_year'; did you mean 'year'?"),
        ("previos", "enum", "compare: unknown value 'previos'; did you mean 'previous'?"),
        ("", "enum", "compare: unknown value ''"),
        ("2026-11-02/2026-11-01", "value", "compare: 2026-11-01 lies before 2026-11-02"),
        ("2026-11-02/", "value", "compare: '' is neither a date such as 2026-11-22"),
        ("2026-02-30", "value", "compare: '2026-02-30' is not in the calendar"),
        ("7d", "value", "compare: '7d' is neither a date such as 2026-11-22"),
    ],
)
def test_any_other_comparison_is_refused(text: str, code: str, problem: str) -> None:
    with pytest.raises(BadParameter) as refused:
        parse_compare(text)
    assert refused.value.code == code
    assert str(refused.value).startswith(problem)


@given(
    st.sampled_from(WORLD),
    st.datetimes(datetime(2012, 2, 1), datetime(2037, 1, 1)),
    st.sampled_from(
        ["today", "week", "month", "7d", "28d", "91d", "last_week", "last_month", "12mo", "year"]
    ),
    st.sampled_from(["previous", "year"]),
    st.sampled_from(WeekStart),
)
@settings(derandomize=True, deadline=None, max_examples=soak(200, 1_000))
def test_both_sides_end_on_the_same_hour_of_the_clock_in_every_zone(
    zone: str, naive: datetime, period: str, how: str, start: WeekStart
) -> None:
    at, calendar, clock = naive.replace(tzinfo=UTC), calendar_of(zone, start), ZoneInfo(zone)
    found = compared(period, how, calendar, at)
    now = at.astimezone(clock)
    own, other = found.totals
    assert own.end <= at
    assert other.end <= found.whole.end
    if not period.startswith("last"):
        assert at - own.end < timedelta(hours=1)
        last = date.fromordinal(now.date().toordinal() - _days_back(own, period, how, now.date()))
        wall = datetime(last.year, last.month, last.day, own.end.hour, tzinfo=clock)
        # Clocks that were changed on the other day, or a shorter month, end it elsewhere.
        usual = wall.utcoffset() == other.start.utcoffset() and last <= found.whole.last
        assert not usual or own.end.minute != 0 or own.is_empty or other.end == wall
    if found.panels:
        mine, theirs = found.panels
        assert (mine.end, theirs.end) == (calendar.day_end(mine.last), calendar.day_end(theirs.last))
        assert mine.last < now.date()
        if period != "month" and how == "previous" and period != "year":
            assert calendar.count_days(mine.first, mine.last) == calendar.count_days(
                theirs.first, theirs.last
            )


def _days_back(own: Range, period: str, how: str, today: date) -> int:
    """How many days before today the day lies that answers to it."""
    if how == "year" or period == "year":
        leap = (today.month, today.day) == (2, 29)
        return (today - today.replace(year=today.year - 1, day=28 if leap else today.day)).days
    if period == "week":
        return 7
    if period == "month":
        first = today.replace(day=1)
        return (first - (first - ONE).replace(day=1)).days
    return (today - own.first).days + 1
