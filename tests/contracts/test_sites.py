"""Sites as they are stored: the contract of the port SiteStore."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import OpeningBalance, Site, SiteRules, WeekStart, ZoneSince
from analytics_service.errors import NameTaken, Refused, UnknownSite
from analytics_service.ports.sites import SiteStore
from analytics_service.ports.storage import Storage

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
HANOI = ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh")
PARIS = ZoneSince(date(2026, 11, 11), "Europe/Paris")


@pytest.fixture
def sites(storage: Storage) -> Iterator[SiteStore]:
    with storage.open_config() as config:
        yield config.sites


def a_site(domain: str, **more: object) -> Site:
    site = Site(
        number=0,
        public_id=domain[:6],
        uuid=f"uuid of {domain}",
        domain=domain,
        name="Bảo tàng",
        zones=(HANOI,),
        week_start=WeekStart.MONDAY,
        locale="vi",
        host_names=frozenset({domain, f"www.{domain}"}),
        public=True,
        paused=False,
        demo=False,
        created_at=AT,
    )
    return replace(site, **more)  # type: ignore[arg-type]


def test_a_site_is_read_as_it_was_stored(sites: SiteStore) -> None:
    assert not sites.has_sites()
    balance = OpeningBalance(Metric.VISITS, 1_461_664, AT, "the old counter", "me")
    rules = SiteRules(excluded_pages=frozenset({"/admin/*"}))
    stored = sites.add_site(a_site("a.example.vn", opening_balances=(balance,), rules=rules))
    assert stored.number > 0
    assert sites.sites() == [stored]
    assert sites.has_sites()


def test_sites_are_in_the_order_in_which_they_came(sites: SiteStore) -> None:
    names = ["c.example.vn", "a.example.vn", "b.example.vn"]
    numbers = [sites.add_site(a_site(name)).number for name in names]
    assert [site.domain for site in sites.sites()] == names
    assert numbers == sorted(set(numbers))


def test_a_domain_is_taken_once(sites: SiteStore) -> None:
    first = sites.add_site(a_site("a.example.vn"))
    with pytest.raises(Refused, match=r"a\.example\.vn"):
        sites.add_site(a_site("a.example.vn", public_id="other", uuid="other"))
    assert sites.sites() == [first]


def test_zones_and_host_names_can_be_read_by_themselves(sites: SiteStore) -> None:
    one = sites.add_site(a_site("a.example.vn", zones=(HANOI, PARIS))).number
    two = sites.add_site(a_site("b.example.vn")).number
    assert sites.zones() == {one: (HANOI, PARIS), two: (HANOI,)}
    assert sites.host_names()[two] == {"b.example.vn", "www.b.example.vn"}


def test_a_change_is_made_of_the_site_as_it_is(storage: Storage, sites: SiteStore) -> None:
    number = sites.add_site(a_site("a.example.vn")).number
    other = sites.add_site(a_site("b.example.vn"))
    with storage.open_config() as beside:
        beside.sites.change_site(number, lambda site: replace(site, paused=True, zones=(HANOI, PARIS)))
    changed = sites.change_site(
        number, lambda site: replace(site, name="Museum", host_names=frozenset({"m.example.vn"}))
    )
    assert (changed.name, changed.paused, changed.zones) == ("Museum", True, (HANOI, PARIS))
    assert sites.sites() == [changed, other]


def test_a_change_that_is_refused_changes_nothing(sites: SiteStore) -> None:
    stored = sites.add_site(a_site("a.example.vn"))

    def refuse(_site: Site) -> Site:
        raise Refused("not so")

    with pytest.raises(Refused, match="not so"):
        sites.change_site(stored.number, refuse)
    with pytest.raises(UnknownSite):
        sites.change_site(stored.number + 1, lambda site: site)
    assert sites.sites() == [stored]
    assert sites.change_site(stored.number, lambda site: replace(site, name="so")).name == "so"


def test_a_change_of_another_connection_is_noticed(storage: Storage, sites: SiteStore) -> None:
    before = sites.version()
    assert sites.version() == before
    with storage.open_config() as beside:
        beside.sites.add_site(a_site("a.example.vn"))
    assert sites.version() != before


def test_a_name_that_is_taken_is_named_with_whose_it_is(storage: Storage) -> None:
    with storage.open_config() as config:
        config.sites.add_site(replace(a_site("a.example.vn"), public_id="aaaaaa"))
        for public_id, domain, problem in (
            ("bbbbbb", "a.example.vn", "there is already a site 'a.example.vn'; see `site list`"),
            ("aaaaaa", "b.example.vn", "'aaaaaa' is the public id of a.example.vn; choose another name"),
        ):
            with pytest.raises(NameTaken) as refused:
                config.sites.add_site(replace(a_site(domain), public_id=public_id, uuid=public_id))
            assert str(refused.value) == problem


def test_a_site_that_changes_its_name_takes_none_of_another_site(sites: SiteStore) -> None:
    first = sites.add_site(a_site("a.example.vn", public_id="aaaaaa"))
    second = sites.add_site(a_site("b.example.vn", public_id="bbbbbb"))
    for more, problem in (
        ({"domain": "a.example.vn"}, "there is already a site 'a.example.vn'; see `site list`"),
        ({"public_id": "aaaaaa"}, "'aaaaaa' is the public id of a.example.vn; choose another name"),
    ):
        with pytest.raises(NameTaken) as refused:
            sites.change_site(second.number, lambda site, more=more: replace(site, **more))  # type: ignore[misc]
        assert str(refused.value) == problem
    assert sites.sites() == [first, second]
    renamed = sites.change_site(second.number, lambda site: replace(site, domain="c.example.vn"))
    assert sites.sites() == [first, renamed]
