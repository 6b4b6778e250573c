"""The days that a site's clock shows: counted and stepped over, also where the zone left one out."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from analytics_service.domain.calendars import Calendar
from analytics_service.domain.site import ZoneSince

SAMOA = Calendar((ZoneSince(date(1970, 1, 1), "Pacific/Apia"),))
HANOI = Calendar((ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),))
BERLIN = Calendar((ZoneSince(date(1970, 1, 1), "Europe/Berlin"),))
THE_29TH, THE_30TH, THE_31ST = (date(2011, 12, day) for day in (29, 30, 31))


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (THE_29TH, THE_29TH, 1),
        (THE_29TH, THE_31ST, 2),
        (THE_29TH, THE_30TH, 1),
        (THE_30TH, THE_31ST, 1),
        (THE_30TH, THE_30TH, 0),
        (THE_31ST, THE_31ST, 1),
    ],
)
def test_a_day_that_the_clock_left_out_is_not_counted(first: date, last: date, days: int) -> None:
    assert SAMOA.count_days(first, last) == days


def test_a_step_leads_over_the_day_that_was_left_out_to_either_side() -> None:
    assert SAMOA.step(THE_29TH, 1) == THE_31ST
    assert SAMOA.step(THE_31ST, -1) == THE_29TH
    assert SAMOA.step(THE_29TH, 0) == THE_29TH
    # From the day itself, of which somebody may have heard elsewhere, it is a step to either side.
    assert (SAMOA.step(THE_30TH, 1), SAMOA.step(THE_30TH, -1)) == (THE_31ST, THE_29TH)
    assert HANOI.step(THE_29TH, 1) == THE_30TH


def test_the_clock_showed_a_time_in_the_hour_that_holds_it() -> None:
    # In Hanoi, seven hours ahead.
    assert HANOI.clock(THE_30TH, time(9, 40)) == datetime(2011, 12, 30, 2, tzinfo=UTC)
    # In Berlin 02:30 did not come: the hour after it began where it would have been.
    assert BERLIN.clock(date(2026, 3, 29), time(2, 30)) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    # What came twice is meant as it came first.
    assert BERLIN.clock(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, tzinfo=UTC)


def test_an_hour_ends_where_the_next_one_begins_and_where_clocks_are_changed() -> None:
    start = datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert HANOI.hour_end(start) == start + timedelta(hours=1)
    assert HANOI.hour_start(start + timedelta(minutes=59)) == start
    lord_howe = Calendar((ZoneSince(date(1970, 1, 1), "Australia/Lord_Howe"),))
    # Clocks went back by half an hour at 02:00: 01:30 came twice.
    hours = list(lord_howe.hours(datetime(2026, 4, 4, 14, tzinfo=UTC), datetime(2026, 4, 4, 17, tzinfo=UTC)))
    assert [(end - begin) // timedelta(minutes=1) for begin, end in hours] == [60, 30, 60, 30]
