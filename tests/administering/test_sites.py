"""Changing a site: two changes at once both hold, and a change of zone can be taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service.administering.rules import RuleChanges
from analytics_service.administering.sites import SiteChanges, add_site, find_site, set_site
from analytics_service.domain.periods import local_day, zone_at
from analytics_service.domain.site import Site, ZoneSince
from analytics_service.errors import BadParameter, UnknownSite
from analytics_service.ports.sites import SiteStore
from analytics_service.storage.sqlite.config import create_config, open_config

EVENING = datetime(2026, 11, 22, 20, tzinfo=UTC)
NOON = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)
HOME = "Asia/Ho_Chi_Minh"
AWAY = "Pacific/Auckland"
OWN = frozenset({"x.example.vn", "www.x.example.vn"})


@pytest.fixture
def config(tmp_path: Path) -> Iterator[SiteStore]:
    create_config(tmp_path)
    with open_config(tmp_path) as stores:
        yield stores.sites


def made(config: SiteStore, zone: str = HOME, at: datetime = NOON) -> Site:
    return add_site(config, "x.example.vn", SiteChanges(timezone=zone), at=at, random=bytes, by="me")


def moved(config: SiteStore, zone: str, at: datetime) -> tuple[ZoneSince, ...]:
    """The zones as they are stored after a change of zone, which are those that the change returns."""
    zones = set_site(config, "x.example.vn", SiteChanges(timezone=zone), at=at, by="me").zones
    assert find_site(config, "x.example.vn", NOON).zones == zones
    return zones


def test_a_move_to_the_east_in_the_evening_begins_on_a_day_that_nobody_has_seen(config: SiteStore) -> None:
    site = made(config, "Europe/London", EVENING)
    zones = moved(config, "Pacific/Kiritimati", EVENING)
    # In London it is the 22nd, in Kiritimati the 23rd already.
    assert zones == (*site.zones, ZoneSince(date(2026, 11, 24), "Pacific/Kiritimati"))
    assert local_day(EVENING, zones) == local_day(EVENING, site.zones) == date(2026, 11, 22)
    assert replace(find_site(config, site.domain, NOON), zones=site.zones) == site


def test_a_change_of_zone_is_taken_back_by_naming_the_zone_in_force(config: SiteStore) -> None:
    site = made(config)
    assert moved(config, AWAY, NOON) == (*site.zones, ZoneSince(date(2026, 11, 27), AWAY))
    assert moved(config, HOME, NOON + timedelta(minutes=1)) == site.zones


def test_another_change_takes_the_place_of_the_one_to_come(config: SiteStore) -> None:
    site = made(config)
    moved(config, "Europe/London", NOON)
    # In Kiritimati it is the 27th from 10:00 UTC on.
    later = NOON + timedelta(hours=8)
    zones = moved(config, "Pacific/Kiritimati", later)
    assert zones == (*site.zones, ZoneSince(date(2026, 11, 28), "Pacific/Kiritimati"))
    # Asked for again, it does not begin later.
    assert moved(config, "Pacific/Kiritimati", later + timedelta(hours=9)) == zones


def test_a_zone_that_was_in_force_stays_in_the_history(config: SiteStore) -> None:
    site = made(config)
    moved(config, AWAY, NOON)
    next_week = NOON + timedelta(days=7)
    zones = moved(config, HOME, next_week)
    assert zones == (
        *site.zones,
        ZoneSince(date(2026, 11, 27), AWAY),
        ZoneSince(date(2026, 12, 4), HOME),
    )
    assert [zone_at(at, zones) for at in (NOON, next_week, next_week + timedelta(days=2))] == [
        HOME,
        AWAY,
        HOME,
    ]


def test_a_change_beside_another_keeps_what_the_other_changed(tmp_path: Path, config: SiteStore) -> None:
    site = made(config)
    with open_config(tmp_path) as other:

        def pause_while_another_writes(found: Site) -> Site:
            with pytest.raises(Exception, match="locked"):
                set_site(
                    other.sites,
                    "x.example.vn",
                    SiteChanges(rules=RuleChanges(robots="strict")),
                    at=NOON,
                    by="you",
                )
            return replace(found, paused=True)

        config.change_site(site.number, pause_while_another_writes)
        changes = RuleChanges(excluded_pages=["/private/*"])
        changed = set_site(other.sites, "x.example.vn", SiteChanges(rules=changes), at=NOON, by="you")
    assert changed.paused
    assert changed.rules.excluded_pages == {"/private/*"}
    assert find_site(config, "x.example.vn", NOON) == changed


def test_what_was_read_before_another_change_is_not_written_over_it(
    tmp_path: Path, config: SiteStore
) -> None:
    made(config)
    with open_config(tmp_path) as other:

        class Overtaken:
            """A store in which another program pauses the site just after it was looked up."""

            def sites(self) -> list[Site]:
                found = config.sites()
                set_site(other.sites, "x.example.vn", SiteChanges(paused=True), at=NOON, by="you")
                return found

            def __getattr__(self, name: str) -> object:
                return getattr(config, name)

        changes = RuleChanges(excluded_pages=["/private/*"])
        set_site(Overtaken(), "x.example.vn", SiteChanges(rules=changes), at=NOON, by="me")  # type: ignore[arg-type]
    site = find_site(config, "x.example.vn", NOON)
    assert site.paused
    assert site.rules.excluded_pages == {"/private/*"}


def test_a_change_that_is_refused_leaves_all_as_it_was(config: SiteStore) -> None:
    site = made(config)
    with pytest.raises(BadParameter):
        set_site(config, "x.example.vn", SiteChanges(name="Y", timezone="Asia/Nowhere"), at=NOON, by="me")
    assert config.sites() == [site]
    with pytest.raises(UnknownSite):
        config.change_site(site.number + 1, lambda found: found)
    assert config.sites() == [site]


def hosts(config: SiteStore, *added: str, removed: tuple[str, ...] = ()) -> frozenset[str]:
    """The site's further host names after a change, beside its domain with `www.` and without."""
    changes = SiteChanges(host_names=added, removed_host_names=removed)
    return set_site(config, "x.example.vn", changes, at=NOON, by="me").host_names - OWN


def test_a_host_name_is_added_to_those_there_are(config: SiteStore) -> None:
    made(config)
    assert hosts(config, "a.example.vn", "*.b.example.vn") == {"a.example.vn", "*.b.example.vn"}
    assert hosts(config, "C.example.vn") == {"a.example.vn", "*.b.example.vn", "c.example.vn"}
    assert hosts(config) == {"a.example.vn", "*.b.example.vn", "c.example.vn"}


def test_a_host_name_is_removed_by_its_name(config: SiteStore) -> None:
    made(config)
    hosts(config, "a.example.vn", "*.b.example.vn", "*")
    assert hosts(config, "c.example.vn", removed=("*.B.example.vn", "*")) == {"a.example.vn", "c.example.vn"}


@pytest.mark.parametrize(
    ("name", "problem"),
    [("www.x.example.vn", "always counts"), ("y.example.vn", "its further ones are: a.example.vn")],
)
def test_a_host_name_that_cannot_be_removed_is_refused(config: SiteStore, name: str, problem: str) -> None:
    made(config)
    hosts(config, "a.example.vn")
    with pytest.raises(BadParameter, match=problem):
        hosts(config, removed=(name,))


def test_an_empty_host_name_brings_back_the_bare_domain(config: SiteStore) -> None:
    made(config)
    assert hosts(config, "*.y.example.vn", "z.example.vn") == {"*.y.example.vn", "z.example.vn"}
    assert hosts(config, "") == frozenset()
    assert hosts(config, "", "z.example.vn") == {"z.example.vn"}


@pytest.mark.parametrize("typed", ["https://www.cantho.vn/", "www.cantho.vn", "HTTP://Cantho.vn"])
def test_www_is_never_put_before_www(config: SiteStore, typed: str) -> None:
    site = add_site(config, typed, SiteChanges(), at=NOON, random=bytes, by="me")
    assert site.host_names == {"cantho.vn", "www.cantho.vn"}
