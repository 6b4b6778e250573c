"""How a site is called: other domains, other public ids, and names that only one site may have."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service.administering.sites import SiteChanges, add_site, find_site, renew_public_id, set_site
from analytics_service.collecting.sites import read_sites
from analytics_service.domain.site import FORMER_ID_RETENTION, FormerId, Site
from analytics_service.errors import BadParameter, NameTaken, UnknownSite
from analytics_service.ports.sites import SiteStore
from analytics_service.storage.sqlite.config import create_config, open_config

NOON = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[SiteStore]:
    create_config(tmp_path)
    with open_config(tmp_path) as stores:
        yield stores.sites


def made(sites: SiteStore, domain: str, byte: int = 0) -> Site:
    return add_site(
        sites, domain, SiteChanges(), at=NOON, random=lambda count: bytes([byte]) * count, by="me"
    )


def renewed(sites: SiteStore, byte: int) -> Site:
    return renew_public_id(sites, "x.example.vn", at=NOON, random=lambda count: bytes([byte]) * count)


def test_a_renamed_site_counts_under_both_domains_and_is_found_under_the_new_one(sites: SiteStore) -> None:
    site = made(sites, "x.example.vn")
    moved = set_site(sites, "x.example.vn", SiteChanges(domain="https://Y.example.vn/"), at=NOON, by="me")
    assert (moved.number, moved.domain, moved.name) == (site.number, "y.example.vn", "y.example.vn")
    assert moved.host_names == site.host_names | {"y.example.vn", "www.y.example.vn"}
    assert find_site(sites, "y.example.vn", NOON) == moved
    with pytest.raises(UnknownSite):
        find_site(sites, "x.example.vn", NOON)
    # The domain is free, and no longer the site's own: it can be removed from what counts.
    gone = SiteChanges(removed_host_names=["x.example.vn", "www.x.example.vn"])
    assert set_site(sites, site.public_id, gone, at=NOON, by="me").host_names == {
        "y.example.vn",
        "www.y.example.vn",
    }
    made(sites, "x.example.vn", 1)


def test_a_name_that_somebody_gave_stays_when_the_domain_changes(sites: SiteStore) -> None:
    made(sites, "x.example.vn")
    changes = SiteChanges(name="Cần Thơ", domain="y.example.vn")
    set_site(sites, "x.example.vn", SiteChanges(name="Cần Thơ"), at=NOON, by="me")
    assert set_site(sites, "x.example.vn", changes, at=NOON, by="me").name == "Cần Thơ"


def test_a_domain_of_another_site_is_refused_and_all_stays_as_it_was(sites: SiteStore) -> None:
    every = [made(sites, "x.example.vn"), made(sites, "y.example.vn", 1)]
    with pytest.raises(NameTaken, match=r"there is already a site 'y\.example\.vn'"):
        set_site(sites, "x.example.vn", SiteChanges(domain="y.example.vn"), at=NOON, by="me")
    assert sites.sites() == every


def test_the_old_public_id_answers_for_90_days_and_is_never_given_again(sites: SiteStore) -> None:
    site = made(sites, "x.example.vn")
    changed = renewed(sites, 1)
    assert changed.public_id != site.public_id
    assert changed.former_ids == (FormerId(site.public_id, NOON + timedelta(days=90)),)
    last = NOON + FORMER_ID_RETENTION - timedelta(seconds=1)
    assert find_site(sites, site.public_id, last) == changed
    with pytest.raises(UnknownSite):
        find_site(sites, site.public_id, NOON + FORMER_ID_RETENTION)
    cache = read_sites(sites, NOON)
    assert (cache.find(site.public_id), cache.all()) == (changed, [changed])
    # A worker reads the names again then, although nobody changed anything.
    assert cache.expires_at == NOON + FORMER_ID_RETENTION
    with pytest.raises(NameTaken):
        made(sites, "y.example.vn")
    with pytest.raises(NameTaken):
        renewed(sites, 0)


def test_digits_are_a_number_and_a_dot_is_a_domain(sites: SiteStore) -> None:
    made(sites, "x.example.vn")
    intranet = made(sites, "intranet", 1)
    assert find_site(sites, "intranet", NOON) == find_site(sites, "2", NOON) == intranet
    assert find_site(sites, intranet.uuid.upper(), NOON) == intranet
    for domain in ("12345", intranet.uuid):
        with pytest.raises(BadParameter, match="taken for the number or uuid of a site"):
            made(sites, domain, 2)


def test_a_domain_that_is_a_public_id_is_refused_and_the_other_way_round(sites: SiteStore) -> None:
    site = made(sites, "x.example.vn")
    with pytest.raises(NameTaken, match=r"is the public id of x\.example\.vn"):
        made(sites, site.public_id, 1)
    made(sites, "bbbbbb", 2)
    with pytest.raises(NameTaken):
        renewed(sites, 1)
