"""A site that is deleted is unknown at once, and comes back as it was while its grace lasts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service.administering.deletion import (
    check_confirmation,
    delete_site,
    find_deleted_site,
    restore_site,
)
from analytics_service.administering.sites import SiteChanges, add_site, find_site
from analytics_service.collecting.sites import read_sites
from analytics_service.domain.site import Deletion, Site
from analytics_service.errors import BadParameter, NameTaken, Refused, UnknownSite
from analytics_service.ports.storage import ConfigStores
from analytics_service.storage.sqlite.config import create_config, open_config

NOON = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)
DOMAIN = "x.example.vn"


@pytest.fixture
def config(tmp_path: Path) -> Iterator[ConfigStores]:
    create_config(tmp_path)
    with open_config(tmp_path) as stores:
        yield stores


@pytest.fixture
def site(config: ConfigStores) -> Site:
    return add_site(config.sites, DOMAIN, SiteChanges(), at=NOON, random=bytes, by="me")


def test_a_deleted_site_is_unknown_under_every_name(config: ConfigStores, site: Site) -> None:
    deleted = delete_site(config.sites, DOMAIN, at=NOON, by="Ann")
    assert deleted.deletion == Deletion(NOON, "Ann")
    assert deleted.deletion.ends_at == NOON + timedelta(days=7)
    for name in (site.public_id, site.uuid, str(site.number), DOMAIN, f"www.{DOMAIN}"):
        with pytest.raises(UnknownSite):
            find_site(config.sites, name, NOON)
        assert read_sites(config.sites, NOON).find(name) is None
        assert find_deleted_site(config.sites, name, NOON) == deleted
    with pytest.raises(UnknownSite):
        delete_site(config.sites, DOMAIN, at=NOON, by="Ann")


def test_a_restored_site_is_as_it_was(config: ConfigStores, site: Site) -> None:
    delete_site(config.sites, DOMAIN, at=NOON, by="Ann")
    assert restore_site(config.sites, config.removals, DOMAIN, at=NOON + timedelta(days=6)) == site
    assert config.sites.sites() == [site]
    with pytest.raises(UnknownSite):
        restore_site(config.sites, config.removals, DOMAIN, at=NOON)


def test_its_names_stay_reserved_while_it_can_be_restored(config: ConfigStores, site: Site) -> None:
    delete_site(config.sites, DOMAIN, at=NOON, by="Ann")
    with pytest.raises(NameTaken, match=r"bring it back with `site restore x\.example\.vn`"):
        add_site(config.sites, DOMAIN, SiteChanges(), at=NOON, random=lambda n: b"1" * n, by="me")
    assert config.sites.deleted_sites() == [replace(site, deletion=Deletion(NOON, "Ann"))]


def test_what_is_being_removed_cannot_be_restored(config: ConfigStores, site: Site) -> None:
    delete_site(config.sites, DOMAIN, at=NOON, by="Ann")
    assert config.removals.begin(site.number, NOON + timedelta(days=7))
    with pytest.raises(Refused, match="cannot be restored any more"):
        restore_site(config.sites, config.removals, DOMAIN, at=NOON + timedelta(days=7))


def test_numbers_and_public_ids_of_a_site_that_is_gone_are_never_given_again(
    config: ConfigStores, site: Site
) -> None:
    delete_site(config.sites, DOMAIN, at=NOON, by="Ann")
    config.removals.begin(site.number, NOON)
    config.removals.end(site.number)
    assert config.sites.has_sites()
    with pytest.raises(NameTaken, match="was the public id of a site"):
        add_site(config.sites, DOMAIN, SiteChanges(), at=NOON, random=bytes, by="me")
    again = add_site(config.sites, DOMAIN, SiteChanges(), at=NOON, random=lambda n: b"1" * n, by="me")
    assert again.number > site.number
    assert config.removals.removed() == {site.number}


@pytest.mark.parametrize("typed", ["", "x", "www.x.example.vn", "y.example.vn"])
def test_only_the_domain_confirms_a_deletion(site: Site, typed: str) -> None:
    with pytest.raises(BadParameter, match=r"type x\.example\.vn to delete the site"):
        check_confirmation(site, typed)
    check_confirmation(site, " X.Example.VN ")
