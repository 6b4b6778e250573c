"""Everything that is stored, opened through one port: the contract of the port Storage."""

import pytest

from analytics_service import storage as storages
from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.periods import Days
from analytics_service.errors import BadParameter, Unavailable
from analytics_service.ports.storage import Storage
from tests.contracts.facts_of_a_day import ANN, DAY, SITE, apply, view


async def test_what_one_part_stores_another_reads(storage: Storage) -> None:
    with storage.open_applier() as stores:
        apply(stores.stats, view("one", ANN))
        assert stores.verification.positions() == {"a": 1}
        # The others read while the applier has its part open.
        async with storage.open_figures() as figures:
            found = await figures.read(SITE, FigureQuery(periods=(Days(DAY, DAY),)))
        with storage.open_verifier() as verifier, storage.open_drops() as drops:
            assert verifier.sites() == [SITE]
            assert drops.samples(SITE) == []
    assert found.sums[0].pageviews == 1


def test_nothing_is_made_by_opening(empty_storage: Storage) -> None:
    with pytest.raises(Unavailable), empty_storage.open_config():
        pass
    with pytest.raises(Unavailable), empty_storage.open_applier():
        pass
    with pytest.raises(Unavailable), empty_storage.open_verifier() as verifier:
        verifier.sites()
    assert not empty_storage.databases.was_provisioned()


async def test_figures_are_not_there_before_they_are_made(empty_storage: Storage) -> None:
    with pytest.raises(Unavailable):
        async with empty_storage.open_figures() as figures:
            await figures.position("a")


def test_a_url_of_no_known_kind_is_refused() -> None:
    with pytest.raises(BadParameter, match="mysql"):
        storages.open("mysql://localhost/analytics")
