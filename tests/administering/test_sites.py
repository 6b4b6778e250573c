"""Changing a site."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from analytics_service.administering.sites import SiteChanges, add_site, set_site
from analytics_service.domain.periods import local_day
from analytics_service.domain.site import ZoneSince
from analytics_service.storage.sqlite.config import create_config, open_config


def test_a_move_to_the_east_in_the_evening_begins_on_a_day_that_nobody_has_seen(tmp_path: Path) -> None:
    evening = datetime(2026, 11, 22, 20, tzinfo=UTC)
    create_config(tmp_path)
    with open_config(tmp_path) as config:
        site = add_site(
            config, "x.example.vn", SiteChanges(timezone="Europe/London"), at=evening, random=bytes, by="me"
        )
        moved = set_site(config, site.domain, SiteChanges(timezone="Pacific/Kiritimati"), at=evening, by="me")
    # In London it is the 22nd, in Kiritimati the 23rd already.
    assert moved.zones == (*site.zones, ZoneSince(date(2026, 11, 24), "Pacific/Kiritimati"))
    assert local_day(evening, moved.zones) == local_day(evening, site.zones) == date(2026, 11, 22)
    assert replace(moved, zones=site.zones) == site
