"""A site's settings as `site show` prints them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from analytics_service.cli.site_fields import format_site, list_site_fields
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import OpeningBalance, ZoneSince
from tests.domain.test_admission import SITE

NOON = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)
HOME = ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh")
MOVING = replace(SITE, zones=(HOME, ZoneSince(date(2026, 11, 27), "Pacific/Auckland")))


def test_a_time_zone_is_the_one_in_force_and_the_next_one_is_named_with_its_day() -> None:
    fields = list_site_fields(MOVING, NOON)
    assert (fields["timezone"], fields["next_timezone"]) == (
        "Asia/Ho_Chi_Minh",
        {"zone": "Pacific/Auckland", "from": "2026-11-27"},
    )
    line = "timezone:           Asia/Ho_Chi_Minh, from 2026-11-27 Pacific/Auckland"
    assert line in format_site(MOVING, NOON)
    later = list_site_fields(MOVING, NOON + timedelta(days=1))
    assert (later["timezone"], later["next_timezone"]) == ("Pacific/Auckland", None)


def test_every_setting_is_a_line_that_people_can_read() -> None:
    balance = OpeningBalance(Metric.VISITS, 1461664, NOON, "NukeViet", "root")
    lines = format_site(replace(SITE, opening_balances=(balance,)), NOON)
    assert "public:             yes" in lines
    assert "excluded countries: -" in lines
    assert "opening balance:    1461664 visits" in lines
    assert "  history:          visits added 1461664 (NukeViet; entered 2026-11-26 by root)" in lines
    assert not [line for line in lines if "{" in line or "[" in line or "True" in line]
