"""Periods as whole local days and hours: every form, in every zone, over changes of clocks and of zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain.calendars import MAX_DAY, MIN_DAY, Calendar, left_out_days
from analytics_service.domain.counter import Item
from analytics_service.domain.period_forms import Dates, Instants, Named, Unit, parse_period
from analytics_service.domain.periods import days_of, moment
from analytics_service.domain.ranges import Grain, Range, recent_minutes, resolve
from analytics_service.domain.site import WeekStart
from analytics_service.errors import BadParameter
from tests.domain.zones import WORLD, calendar_of, utc
from tests.faults.sizes import soak

properly = settings(derandomize=True, deadline=None, max_examples=soak(100, 1_000))
ONE = timedelta(days=1)
HANOI = calendar_of("Asia/Ho_Chi_Minh", first_day=date(2024, 5, 6))
NOW = utc("2026-11-22T06:53")  # Sunday, 13:53 in Hanoi
EVENTFUL = (
    *(date(2011, 12, 29), date(2011, 12, 30), date(2011, 12, 31), date(2026, 1, 1), date(2026, 3, 8)),
    *(date(2026, 3, 27), date(2026, 3, 29), date(2026, 4, 5), date(2026, 9, 6), date(2026, 10, 25)),
)
MOVES = (
    calendar_of("Pacific/Pago_Pago", WeekStart.MONDAY, (date(2026, 11, 21), "Pacific/Kiritimati")),
    calendar_of("Pacific/Kiritimati", WeekStart.MONDAY, (date(2026, 11, 21), "Pacific/Pago_Pago")),
    calendar_of("Asia/Ho_Chi_Minh", WeekStart.MONDAY, (date(2026, 11, 21), "Asia/Kathmandu")),
    calendar_of(
        *("Europe/London", WeekStart.SUNDAY),
        *((date(2026, 11, 20), "Pacific/Pago_Pago"), (date(2026, 11, 21), "Pacific/Auckland")),
    ),
)


def resolved(calendar: Calendar, at: datetime, **given: str) -> Range:
    return resolve(parse_period(given.get("period"), given.get("start"), given.get("end")), calendar, at)


def written(found: Range) -> tuple[str, str, bool]:
    return found.start.isoformat(), found.end.isoformat(), found.complete


@pytest.mark.parametrize(
    ("period", "first", "after", "complete"),
    [
        ("today", "2026-11-22", "2026-11-23", False),
        ("yesterday", "2026-11-21", "2026-11-22", True),
        ("week", "2026-11-16", "2026-11-23", False),
        ("last_week", "2026-11-09", "2026-11-16", True),
        ("month", "2026-11-01", "2026-11-23", False),
        ("last_month", "2026-10-01", "2026-11-01", True),
        ("year", "2026-01-01", "2026-11-23", False),
        ("7d", "2026-11-16", "2026-11-23", False),
        ("28d", "2026-10-26", "2026-11-23", False),
        ("30d", "2026-10-24", "2026-11-23", False),
        ("91d", "2026-08-24", "2026-11-23", False),
        ("12mo", "2025-11-23", "2026-11-23", False),
        ("all", "2024-05-06", "2026-11-23", False),
        ("2026-11-21", "2026-11-21", "2026-11-22", True),
        ("2026-11-22", "2026-11-22", "2026-11-23", False),
        ("2026-W47", "2026-11-16", "2026-11-23", False),
        ("2026-W46", "2026-11-09", "2026-11-16", True),
        ("2020-W53", "2020-12-28", "2021-01-04", True),
        ("2026-11", "2026-11-01", "2026-12-01", False),
        ("2024-02", "2024-02-01", "2024-03-01", True),
        ("2026", "2026-01-01", "2027-01-01", False),
        ("2025", "2025-01-01", "2026-01-01", True),
    ],
)
def test_every_form_of_a_period_is_whole_days(period: str, first: str, after: str, complete: bool) -> None:
    found = resolved(HANOI, NOW, period=period)
    assert written(found) == (f"{first}T00:00:00+07:00", f"{after}T00:00:00+07:00", complete)
    assert (found.first.isoformat(), (found.last + ONE).isoformat(), found.grain) == (first, after, Grain.DAY)


def test_no_period_is_the_last_28_days() -> None:
    assert parse_period() == Named.DAYS_28


@pytest.mark.parametrize(("week", "first"), [("2026-W47", "2026-11-15"), ("2026-W01", "2025-12-28")])
def test_where_weeks_begin_on_sunday_a_week_is_the_one_that_holds_its_monday(week: str, first: str) -> None:
    found = resolved(calendar_of("Asia/Ho_Chi_Minh", WeekStart.SUNDAY), NOW, period=week)
    assert (found.first.isoformat(), found.last - found.first, found.unit) == (first, 6 * ONE, Unit.WEEK)


def test_dates_are_included_and_instants_are_half_open() -> None:
    days = resolved(HANOI, NOW, start="2026-11-01", end="2026-11-02")
    assert written(days) == ("2026-11-01T00:00:00+07:00", "2026-11-03T00:00:00+07:00", True)
    hours = resolved(HANOI, NOW, start="2026-11-21T22:00:00+07:00", end="2026-11-21T17:00:00Z")
    assert written(hours) == ("2026-11-21T22:00:00+07:00", "2026-11-22T00:00:00+07:00", True)
    assert (hours.first, hours.last, hours.grain) == (date(2026, 11, 21), date(2026, 11, 21), Grain.HOUR)


@pytest.mark.parametrize("offset", ["+07:00", " 07:00", ".000+07:00"])
def test_an_instant_is_read_even_where_its_plus_arrived_as_a_space(offset: str) -> None:
    found = parse_period(None, f"2026-11-22T13:00:00{offset}", "2026-11-22t07:00:00z")
    assert found == Instants(utc("2026-11-22T06:00"), utc("2026-11-22T07:00"))


@pytest.mark.parametrize(
    ("given_", "parameter", "problem"),
    [
        ({"period": "lastweek"}, "period", "unknown value 'lastweek'; did you mean 'last_week'?"),
        ({"period": "TODAY"}, "period", "unknown value 'TODAY'; did you mean 'today'?"),
        ({"period": ""}, "period", "unknown value ''"),
        ({"period": "２０２６"}, "period", "unknown value '２０２６'"),
        ({"period": "2026-11-22\n"}, "period", "unknown value '2026-11-22\\n'"),
        ({"period": "2026-02-30"}, "period", "'2026-02-30' is not in the calendar, or not from 1970"),
        ({"period": "2026-13"}, "period", "'2026-13' is not in the calendar"),
        ({"period": "2026-W54"}, "period", "'2026-W54' is not in the calendar"),
        ({"period": "2026-W00"}, "period", "'2026-W00' is not in the calendar"),
        ({"period": "0000"}, "period", "'0000' is not in the calendar"),
        ({"period": "9999"}, "period", "'9999' is not in the calendar"),
        ({"period": "7d", "start": "2026-11-01"}, "period", "does not go with 'from' and 'to'"),
        ({"start": "2026-11-01"}, "to", "is missing: 'from' is given, and both are needed"),
        ({"end": "2026-11-01"}, "from", "is missing: 'to' is given, and both are needed"),
        ({"start": "2026-13-01", "end": "2026-11-01"}, "from", "'2026-13-01' is not in the calendar"),
        ({"start": "0000-01-01", "end": "2026-11-01"}, "from", "'0000-01-01' is not in the calendar"),
        ({"start": "10000-01-01", "end": "2026-11-01"}, "from", "'10000-01-01' is neither a date"),
        ({"start": "now", "end": "2026-11-01"}, "from", "'now' is neither a date"),
        ({"start": "2026-11-02", "end": "2026-11-01"}, "to", "2026-11-01 lies before 2026-11-02"),
        ({"start": "2026-11-01T00:00:00Z", "end": "2026-11-01"}, "to", "'2026-11-01' is no instant with"),
        ({"start": "2026-11-01T00:00:00", "end": "2026-11-02"}, "from", "'2026-11-01T00:00:00' is neither"),
        ({"start": "2026-11-01T00:00:00+99:00", "end": "2026-11-02T00:00:00Z"}, "from", "is not in the cal"),
        ({"start": "2026-11-01T24:00:00Z", "end": "2026-11-02T00:00:00Z"}, "from", "is not in the calendar"),
        ({"start": "2026-11-01T00:00:60Z", "end": "2026-11-02T00:00:00Z"}, "from", "is not in the calendar"),
        ({"start": "2026-11-01T01:00:00Z", "end": "2026-11-01T08:00:00+07:00"}, "to", "does not lie after"),
        (
            {"start": "2025-01-01T00:00:00Z", "end": "2026-01-02T01:00:00Z"},
            "to",
            "more than 8784 hours after",
        ),
        (
            {"start": "1970-01-01T00:00:00Z", "end": "2099-12-31T00:00:00Z"},
            "to",
            "more than 8784 hours after",
        ),
    ],
)
def test_any_other_period_is_refused_by_name(given_: dict[str, str], parameter: str, problem: str) -> None:
    with pytest.raises(BadParameter) as refused:
        resolved(HANOI, NOW, **given_)
    assert refused.value.parameter == parameter
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("zone", "start", "near"),
    [
        (
            "Asia/Ho_Chi_Minh",
            "2026-11-21T22:30:00+07:00",
            ("2026-11-21T22:00:00+07:00", "2026-11-21T23:00:00+07:00"),
        ),
        (
            "Asia/Kathmandu",
            "2026-11-21T10:00:00Z",
            ("2026-11-21T15:00:00+05:45", "2026-11-21T16:00:00+05:45"),
        ),
    ],
)
def test_instants_must_begin_hours_of_the_site(zone: str, start: str, near: tuple[str, str]) -> None:
    with pytest.raises(BadParameter) as refused:
        resolved(calendar_of(zone), NOW, start=start, end="2026-11-22T10:00:00Z")
    assert (refused.value.parameter, refused.value.allowed) == ("from", near)


@given(st.text(max_size=30), st.text(alphabet="0123456789-TWZ:+ ", max_size=26), st.integers(0, 3))
@properly
def test_no_text_is_more_than_a_period_or_a_refusal(text: str, digits: str, where: int) -> None:
    forms: list[tuple[str | None, str | None, str | None]] = [
        (text, None, None),
        (digits, None, None),
        (None, digits, digits),
        (None, "2026-11-01", text),
    ]
    refused = None
    try:
        resolve(parse_period(*forms[where]), HANOI, NOW)
    except BadParameter as error:
        refused = error
    assert refused is None or str(refused).isprintable()


@pytest.mark.parametrize("start", list(WeekStart))
@given(day=st.dates(date(1971, 1, 1), date(2190, 1, 1)), minute=st.integers(0, 1439))
@properly
def test_a_named_period_has_the_days_of_the_public_counters_item(
    start: WeekStart, day: date, minute: int
) -> None:
    at = datetime.combine(day, datetime.min.time(), ZoneInfo("Asia/Tokyo")) + timedelta(minutes=minute)
    calendar = calendar_of("Asia/Tokyo", start)
    for item in set(Item) - {Item.ONLINE, Item.PEAK, Item.TOTAL}:
        found = resolved(calendar, at, period=item.value)
        days = days_of(item, day, start)
        assert (found.first, found.last) == (days.first, days.last)


@pytest.mark.parametrize("zone", WORLD)
def test_a_day_begins_when_the_zones_clock_first_shows_it(zone: str) -> None:
    clock, calendar = ZoneInfo(zone), calendar_of(zone)
    for day in EVENTFUL:
        start = calendar.day_start(day)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        before = [noon + timedelta(minutes=15 * n) for n in range(-160, 100)]
        assert start.astimezone(clock).date() >= day
        assert start.utcoffset() == start.astimezone(clock).utcoffset()
        assert all((at.astimezone(clock).date() >= day) == (at >= start) for at in before)
        second_before = (start - timedelta(seconds=1)).astimezone(clock)
        assert second_before.date() < day


@pytest.mark.parametrize("calendar", MOVES)
def test_where_a_site_moves_days_begin_when_its_own_days_do(calendar: Calendar) -> None:
    instants = [utc("2026-11-17T00:00") + timedelta(minutes=15 * n) for n in range(96 * 8)]
    days = [moment(int(at.timestamp() * 1000), calendar.zones).day for at in instants]
    for day in (date(2026, 11, 18) + ONE * n for n in range(6)):
        assert calendar.day_start(day) == next(
            at for at, shown in zip(instants, days, strict=True) if shown >= day
        )
    # (Kiritimati itself left out the last day of 1994.)
    assert {day for day in left_out_days(calendar.zones) if day.year == 2026} == {
        day for day in (date(2026, 11, 18) + ONE * n for n in range(6)) if day not in days
    }


@given(st.sampled_from(WORLD), st.datetimes(datetime(1975, 1, 1), datetime(2190, 1, 1)))
@settings(max_examples=soak(150, 1_000), derandomize=True, deadline=None)
def test_today_holds_now_and_the_last_minutes_end_with_it(zone: str, naive: datetime) -> None:
    at, calendar = naive.replace(tzinfo=UTC), calendar_of(zone)
    today = resolve(Named.TODAY, calendar, at)
    assert today.first == at.astimezone(ZoneInfo(zone)).date()
    assert today.start <= at < today.end or zone == "America/St_Johns"
    minutes = recent_minutes(calendar, at)
    assert minutes.end - timedelta(minutes=1) <= at < minutes.end
    assert minutes.end - minutes.start == timedelta(minutes=30)


def test_the_first_and_last_day_of_the_calendar_can_be_asked_everywhere() -> None:
    for zone in WORLD:
        for day in (MIN_DAY, MAX_DAY):
            assert not resolve(Dates(day, day), calendar_of(zone), NOW).is_empty
