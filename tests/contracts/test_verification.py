"""Sums against the visits and views behind them: the contract of the ports Verifier and VerificationStore."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days
from analytics_service.domain.verification import Check
from analytics_service.ports.storage import ApplierStores, Storage
from analytics_service.ports.verification import VerificationStore, Verifier
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, SITE, apply, engagement, event, online, view

PEAKS = (10, 40, 900, 30)
ALL = FigureQuery(periods=(Days(DAY, DAY),))


@pytest.fixture
def stores(storage: Storage) -> Iterator[ApplierStores]:
    with storage.open_applier() as stores:
        yield stores


async def read(storage: Storage) -> Sums:
    async with storage.open_figures() as figures:
        return (await figures.read(SITE, ALL)).sums[0]


def test_of_nothing_there_is_nothing_to_verify(storage: Storage, stores: ApplierStores) -> None:
    writing: VerificationStore = stores.verification
    with storage.open_verifier() as reading:
        verifiers: tuple[Verifier, ...] = (writing, reading)
        for verifier in verifiers:
            assert verifier.sites() == []
            assert verifier.days(SITE) == []
            assert verifier.differences(SITE, DAY) == []
            assert verifier.last_check() is None


async def test_sums_agree_with_what_is_behind_them_and_a_repair_changes_nothing(
    storage: Storage, stores: ApplierStores
) -> None:
    robot = msgspec.structs.replace(view("four", ANN, 1), drop="bot", family="Robo")
    apply(stores.stats, view("one", ANN), event("two", ANN, 1), view("three", BOB), robot)
    apply(stores.stats, engagement("one", ANN, 2, 60_000), seq=2)
    before = await read(storage)
    assert stores.verification.sites() == [SITE]
    assert stores.verification.days(SITE) == [DAY]
    assert stores.verification.differences(SITE, DAY) == []
    stores.verification.repair(SITE, DAY)
    assert stores.verification.differences(SITE, DAY) == []
    assert await read(storage) == before


def test_a_check_is_remembered(storage: Storage, stores: ApplierStores) -> None:
    stores.verification.note_check(Check(5, 2, 1))
    with storage.open_verifier() as verifier:
        assert verifier.last_check() == Check(5, 2, 1)


async def test_of_pruned_days_the_sums_stay_and_are_not_verified(
    storage: Storage, stores: ApplierStores
) -> None:
    apply(stores.stats, view("one", ANN), view("two", BOB))
    before = await read(storage)
    first_kept = DAY + timedelta(days=5)
    while stores.verification.prune(SITE, first_kept):
        pass
    assert stores.verification.first_kept() == first_kept
    assert stores.verification.days(SITE) == []
    assert await read(storage) == before


def test_a_record_is_taken_back_and_the_highest_before_it_is_the_record(stores: ApplierStores) -> None:
    hours = [online(60 * hour, count) for hour, count in enumerate(PEAKS)]
    other = msgspec.structs.replace(hours[2], site=SITE + 1)
    apply(stores.stats, *hours, other)
    assert stores.verification.reset_peak(SITE, hours[3].at) == 900
    assert stores.verification.reset_peak(SITE, hours[2].at) == 40
    assert stores.verification.reset_peak(SITE, hours[2].at) == 40
    assert stores.verification.reset_peak(SITE, 0) == 0
    apply(stores.stats, msgspec.structs.replace(hours[0], at=hours[3].at, online=5), seq=2)
    assert stores.verification.reset_peak(SITE, hours[3].at + 1) == 5
    assert stores.verification.reset_peak(SITE + 1, other.at + 1) == 900
