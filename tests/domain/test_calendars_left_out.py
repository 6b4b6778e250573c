"""Days that a zone's clock left out: known, stepped over, and never counted."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain.calendars import left_out_days
from analytics_service.domain.period_forms import parse_period
from analytics_service.domain.ranges import resolve
from tests.domain.zones import calendar_of, utc
from tests.faults.sizes import soak

properly = settings(derandomize=True, deadline=None, max_examples=soak(100, 1_000))
ONE = timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "left_out"),
    [
        ("Pacific/Apia", [date(2011, 12, 30)]),
        ("Pacific/Fakaofo", [date(2011, 12, 30)]),
        ("Pacific/Kwajalein", [date(1993, 8, 21)]),
        ("Asia/Ho_Chi_Minh", []),
    ],
)
def test_a_day_that_was_left_out_is_known(zone: str, left_out: list[date]) -> None:
    assert list(left_out_days(calendar_of(zone).zones)) == left_out


def test_in_samoa_the_day_before_31_december_2011_was_the_29th() -> None:
    apia, at = calendar_of("Pacific/Apia"), utc("2011-12-31T00:00")
    yesterday = resolve(parse_period("yesterday", None, None), apia, at)
    assert yesterday.start.isoformat() == "2011-12-29T00:00:00-10:00"
    assert yesterday.end.isoformat() == "2011-12-31T00:00:00+14:00"
    assert yesterday.complete
    # Seven days that the clock showed: the 24th to the 29th, and the 31st.
    assert resolve(parse_period("7d", None, None), apia, at).first == date(2011, 12, 24)
    nothing = resolve(parse_period("2011-12-30", None, None), apia, at)
    assert nothing.is_empty


@given(st.dates(date(2011, 12, 20), date(2012, 1, 10)), st.integers(-400, 400))
@properly
def test_steps_on_a_calendar_leave_out_what_its_clock_left_out(day: date, count: int) -> None:
    shown = [date(2010, 1, 1) + ONE * n for n in range(1500)]
    shown.remove(date(2011, 12, 30))
    expected = shown[shown.index(day) + count] if day in shown else None
    if expected:
        assert calendar_of("Pacific/Apia").step(day, count) == expected
        low, high = sorted((day, expected))
        assert calendar_of("Pacific/Apia").count_days(low, high) == abs(count) + 1
