"""Visits and rollups for their one writer: the contract of the port StatsStore."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days
from analytics_service.errors import LeaseLost
from analytics_service.ports.stats import StatsStore
from analytics_service.ports.storage import Storage
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, SITE, apply, engagement, minute, view

ALL = FigureQuery(periods=(Days(DAY, DAY),))


@pytest.fixture
def stats(storage: Storage) -> Iterator[StatsStore]:
    with storage.open_applier() as stores:
        yield stores.stats


async def read(storage: Storage) -> Sums:
    async with storage.open_figures() as figures:
        return (await figures.read(SITE, ALL)).sums[0]


def numbers(stats: StatsStore, count: int = 3) -> range:
    """The numbers of visits that a batch of so many new views may give."""
    batch = stats.load([view(f"n{one}", one) for one in range(count)], 100, lambda _fact: DAY)
    return range(batch.next_visit, batch.next_visit + count)


async def test_a_batch_and_its_positions_are_stored_together(storage: Storage, stats: StatsStore) -> None:
    assert stats.positions() == {}
    apply(stats, view("one", ANN), view("two", ANN, 1), view("three", BOB), journal="a", seq=7)
    assert stats.positions() == {"a": 7}
    assert await read(storage) == Sums(pageviews=3, visits=2, visitors=2, bounces=1)


async def test_what_is_loaded_and_not_saved_is_not_stored(storage: Storage, stats: StatsStore) -> None:
    stats.load([view("one", ANN)], 100, lambda _fact: DAY)
    assert stats.positions() == {}
    assert await read(storage) == Sums()


async def test_a_visit_goes_on_in_the_next_batch_and_after_a_restart(storage: Storage) -> None:
    with storage.open_applier() as stores:
        apply(stores.stats, view("one", ANN))
        apply(stores.stats, engagement("one", ANN, 1, 30_000), seq=2)
    with storage.open_applier() as stores:
        apply(stores.stats, view("two", ANN, 2), seq=3)
    assert await read(storage) == Sums(pageviews=2, visits=1, visitors=1, engaged_ms=30_000)


async def test_an_id_is_counted_once_until_it_is_forgotten(storage: Storage, stats: StatsStore) -> None:
    apply(stats, view("one", ANN))
    apply(stats, view("one", ANN), seq=2)
    assert (await read(storage)).pageviews == 1
    stats.forget(minute(1), DAY - timedelta(days=1))
    apply(stats, view("one", ANN), seq=3)
    assert (await read(storage)).pageviews == 2


async def test_engagement_waits_for_its_view(storage: Storage, stats: StatsStore) -> None:
    apply(stats, engagement("one", ANN, 0, 20_000))
    apply(stats, view("one", ANN), seq=2)
    assert await read(storage) == Sums(pageviews=1, visits=1, visitors=1, engaged_ms=20_000)


def test_a_number_of_a_visit_is_given_once_whatever_becomes_of_its_process(storage: Storage) -> None:
    given: list[range] = []
    with storage.open_applier() as stores:
        given.append(numbers(stores.stats))
        apply(stores.stats, view("one", ANN), view("two", BOB))
        given[0] = range(given[0].start, given[0].start + 2)
        given.append(numbers(stores.stats))
    for _ in range(2):
        with storage.open_applier() as stores:
            given.append(numbers(stores.stats))
    for earlier, later in pairwise(given):
        assert earlier.stop <= later.start


def test_a_batch_has_a_number_for_each_of_its_facts(storage: Storage, stats: StatsStore) -> None:
    many = [view(f"v{one}", one) for one in range(300)]
    first, second = (stats.load(many, 100, lambda _fact: DAY) for _ in range(2))
    assert second.next_visit in (first.next_visit, first.next_visit + 300)
    apply(stats, *many)
    assert numbers(stats).start >= first.next_visit + 300


def test_the_newest_time_never_goes_back(stats: StatsStore) -> None:
    assert stats.newest_at() == 0
    apply(stats, view("one", ANN, 5))
    apply(stats, view("two", ANN, 1), seq=2)
    assert stats.newest_at() == minute(5)


async def test_positions_are_durable_after_a_checkpoint(storage: Storage, stats: StatsStore) -> None:
    apply(stats, view("one", ANN), journal="a", seq=7)
    async with storage.open_figures() as figures:
        assert await figures.position("a") == (0, 7)
    assert stats.checkpoint() == {"a": 7}
    async with storage.open_figures() as figures:
        assert await figures.position("a") == (7, 7)


def test_the_position_of_a_journal_that_is_gone_is_deleted(stats: StatsStore) -> None:
    apply(stats, view("one", ANN), journal="a")
    apply(stats, view("two", ANN), journal="b")
    stats.forget_journal("a")
    assert stats.positions() == {"b": 1}


async def test_ids_of_visitors_of_closed_days_become_others_as_distinct(
    storage: Storage, stats: StatsStore
) -> None:
    apply(stats, view("one", ANN), view("two", BOB, 1), view("three", ANN, 90))
    before = await read(storage)
    while stats.forget(minute(0), DAY + timedelta(days=1)):
        pass
    assert await read(storage) == before
    async with storage.open_figures() as figures:
        ids = [visitor for _, visitor, _ in await figures.seen_since(DAY, 0)]
    assert (len(ids), len(set(ids))) == (3, 2)
    assert {ANN, BOB}.isdisjoint(ids)
    with storage.open_verifier() as verifier:
        assert verifier.differences(SITE, DAY) == []


def test_groups_that_cannot_be_read_are_kept(storage: Storage, stats: StatsStore) -> None:
    stats.save(stats.load([], 100, lambda _fact: DAY), {"a": 2}, [("a", 1, b"?"), ("a", 2, b"!")])
    with storage.open_verifier() as verifier:
        assert verifier.unreadable() == 2
        assert verifier.positions() == {"a": 2}


async def test_who_lost_the_lease_changes_nothing_any_more(storage: Storage) -> None:
    with storage.open_applier() as old:
        apply(old.stats, view("one", ANN))
        batch = old.stats.load([view("two", ANN)], 100, lambda _fact: DAY)
        with storage.open_applier() as new:
            with pytest.raises(LeaseLost):
                old.stats.save(batch, {"a": 2})
            with pytest.raises(LeaseLost):
                old.verification.repair(SITE, DAY)
            apply(new.stats, view("three", ANN), seq=2)
    assert (await read(storage)).pageviews == 2
