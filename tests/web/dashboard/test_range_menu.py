"""Periods that can be chosen, and their neighbours."""

from datetime import date

import pytest

from analytics_service.domain.period_forms import parse_period
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.formats import formats_of
from analytics_service.web.dashboard.range_menu import make_range_menu
from tests.web.dashboard.answers import AT, CALENDAR

EN = formats_of("en", date(2026, 11, 22))
PAGE = Address("/s/a", (("filter", "page:is:/a"), ("period", "28d")))


def menu(period=None, start=None, end=None):
    return make_range_menu(parse_period(period, start, end), CALENDAR, AT, PAGE, EN)


@pytest.mark.parametrize(
    ("period", "label", "before", "after"),
    [
        ("today", "Today", "period=2026-11-21", ""),
        ("yesterday", "Yesterday", "period=2026-11-20", "period=today"),
        ("7d", "Last 7 days", "from=2026-11-09&to=2026-11-15", ""),
        ("week", "This week", "from=2026-11-09&to=2026-11-15", ""),
        ("last_week", "Last week", "from=2026-11-02&to=2026-11-08", "from=2026-11-16&to=2026-11-22"),
        ("month", "This month", "period=2026-10", ""),
        ("2026-02", "Feb 2026", "period=2026-01", "period=2026-03"),
        ("year", "This year", "period=2025", ""),
        ("2025", "2025", "period=2024", "period=2026"),
        ("all", "All time", "", ""),
    ],
)
def test_before_and_after_a_period_lies_one_of_its_kind(period, label, before, after):
    found = menu(period)
    assert found.label == label
    assert found.before == (f"/s/a?filter=page%3Ais%3A%2Fa&{before}" if before else "")
    assert found.after == (f"/s/a?filter=page%3Ais%3A%2Fa&{after}" if after else "")


def test_days_of_ones_own_are_named_by_their_dates():
    found = menu(None, "2026-11-01", "2026-11-14")
    assert (found.label, found.first, found.last, found.latest) == (
        "1 Nov – 14 Nov",
        "2026-11-01",
        "2026-11-14",
        "2026-11-22",
    )


def test_every_letter_belongs_to_one_period():
    keys = [choice.key for group in menu("28d").groups for choice in group if choice.key]
    assert sorted(keys) == sorted("DEWFTNMPYLA")
    assert [one.label for group in menu("28d").groups for one in group if one.is_current] == ["Last 28 days"]
