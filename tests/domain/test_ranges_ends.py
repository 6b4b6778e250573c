"""Where a named period is one of the calendar, and when a period is complete."""

from datetime import timedelta

import pytest

from analytics_service.domain.period_forms import Unit
from tests.domain.test_ranges import resolved
from tests.domain.zones import calendar_of, utc


@pytest.mark.parametrize(
    ("period", "unit"),
    [
        ("today", None),
        ("yesterday", None),
        ("week", Unit.WEEK),
        ("last_week", Unit.WEEK),
        ("month", Unit.MONTH),
        ("last_month", Unit.MONTH),
        ("year", Unit.YEAR),
        ("all", Unit.ALL),
        ("7d", None),
        ("12mo", None),
    ],
)
def test_a_named_period_has_a_unit_where_it_is_one_of_the_calendar(period: str, unit: Unit | None) -> None:
    assert resolved(calendar_of("Asia/Ho_Chi_Minh"), utc("2026-11-22T06:53"), period=period).unit is unit


def test_a_period_is_complete_from_the_instant_at_which_it_ends() -> None:
    hanoi = calendar_of("Asia/Ho_Chi_Minh")
    midnight = utc("2026-11-20T17:00")
    for at, complete in ((midnight - timedelta(seconds=1), False), (midnight, True)):
        assert resolved(hanoi, at, period="2026-11-20").complete is complete
        hours = {"start": "2026-11-20T15:00:00Z", "end": "2026-11-20T17:00:00Z"}
        assert resolved(hanoi, at, **hours).complete is complete
