"""Sites on their way out: the contract of the ports SiteRemovals and FigureRemover."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from analytics_service.domain.site import Deletion
from analytics_service.ports.removals import FigureRemover, SiteRemovals
from analytics_service.ports.storage import ApplierStores, ConfigStores, Storage
from tests.contracts.facts_of_a_day import ANN, DAY, NOON, SITE, apply, view
from tests.contracts.test_sites import a_site


@pytest.fixture
def config(storage: Storage) -> Iterator[ConfigStores]:
    with storage.open_config() as stores:
        yield stores


@pytest.fixture
def removals(config: ConfigStores) -> SiteRemovals:
    return config.removals


def deleted(config: ConfigStores) -> int:
    number = config.sites.add_site(a_site("a.example.vn")).number
    config.sites.change_site(number, lambda site: replace(site, deletion=Deletion(NOON, "me")))
    return number


def test_a_site_that_is_not_deleted_does_not_go(config: ConfigStores, removals: SiteRemovals) -> None:
    site = config.sites.add_site(a_site("a.example.vn"))
    assert not removals.begin(site.number, NOON)
    removals.end(site.number)
    assert (config.sites.sites(), removals.removed()) == ([site], frozenset())


def test_a_site_that_goes_is_known_by_its_number_for_ever(
    config: ConfigStores, removals: SiteRemovals
) -> None:
    number = deleted(config)
    assert removals.begin(number, NOON)
    assert removals.begin(number, NOON + timedelta(days=1))
    assert [site.number for site in config.sites.deleted_sites()] == [number]
    for _ in range(2):
        removals.end(number)
        assert removals.removed() == {number}
        assert (config.sites.deleted_sites(), config.sites.zones(), config.sites.host_names()) == ([], {}, {})


def test_its_salts_go_too(config: ConfigStores, removals: SiteRemovals) -> None:
    number = deleted(config)
    config.salts.offer_salts([(number, DAY, b"x" * 32)])
    removals.begin(number, NOON)
    removals.end(number)
    assert config.salts.salts(DAY) == {}


def _remover(stores: ApplierStores) -> FigureRemover:
    return stores.remover


def test_figures_go_in_steps_that_say_how_many_rows_they_took(storage: Storage) -> None:
    with storage.open_applier() as stores:
        there = msgspec.structs.replace(view("a", ANN, 1, "/"), site=SITE + 1)
        apply(stores.stats, view("a", ANN, 1, "/"), there, journal="j", seq=1)
        taken, remover = 0, _remover(stores)
        while count := remover.remove_some(SITE):
            taken += count
        assert taken > 3
        assert stores.verification.sites() == [SITE + 1]
        assert stores.verification.differences(SITE + 1, DAY) == []
