"""Figures for reading: the contract of the port FigureStore."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days
from analytics_service.ports.figures import FigureStore
from analytics_service.ports.storage import Storage
from tests.contracts.facts_of_a_day import (
    ANN,
    BOB,
    DAY,
    NOON_MS,
    SITE,
    apply,
    engagement,
    event,
    minute,
    online,
    view,
)

DAY_MS = 86_400_000
TODAY, EVER = Days(DAY, DAY), Days(None, DAY)
LATER = Days(DAY + timedelta(days=1), DAY + timedelta(days=9))

FACTS = (
    view("one", ANN),
    event("sold", ANN, 1),
    view("two", ANN, 2, "/p"),
    view("three", BOB, 3),
    engagement("one", ANN, 4, 30_000),
    online(5, 2),
    online(65, 1),
)


@pytest.fixture
async def figures(storage: Storage) -> AsyncIterator[FigureStore]:
    with storage.open_applier() as stores:
        apply(stores.stats, *FACTS)
    async with storage.open_figures() as opened:
        yield opened


async def test_each_period_has_its_sums(figures: FigureStore) -> None:
    found = await figures.read(SITE, FigureQuery(periods=(TODAY, LATER, EVER)))
    of_day = Sums(pageviews=3, visits=2, visitors=2, bounces=1, engaged_ms=30_000, events=1)
    assert found.sums == (of_day, Sums(), of_day)
    assert (found.daily, found.peak, found.peak_since) == ({}, None, None)


async def test_a_page_has_sums_of_its_own(figures: FigureStore) -> None:
    for page, views, events in (("/", 2, 1), ("/p", 1, 0), ("/none", 0, 0)):
        found = await figures.read(SITE, FigureQuery(periods=(TODAY,), page=page))
        assert (found.sums[0].pageviews, found.sums[0].events) == (views, events)


async def test_days_on_which_nothing_was_counted_are_left_out(figures: FigureStore) -> None:
    found = await figures.read(SITE, FigureQuery(daily=Days(DAY - timedelta(days=5), LATER.last)))
    assert list(found.daily) == [DAY]
    assert found.daily[DAY].pageviews == 3


async def test_another_site_has_nothing(figures: FigureStore) -> None:
    query = FigureQuery(periods=(EVER,), daily=EVER, peaks_since=0)
    found = await figures.read(SITE + 1, query)
    assert (found.sums, found.daily, found.peak, found.peak_since) == ((Sums(),), {}, None, None)


async def test_the_record_is_the_most_that_were_online_at_once(figures: FigureStore) -> None:
    found = await figures.read(SITE, FigureQuery(peaks_since=minute(60)))
    assert found.peak == (2, minute(5))
    assert found.peak_since == (1, minute(65))
    later = await figures.read(SITE, FigureQuery(peaks_since=minute(120)))
    assert (later.peak, later.peak_since) == ((2, minute(5)), None)


async def test_a_journal_of_which_nothing_was_applied_is_at_zero(figures: FigureStore) -> None:
    assert (await figures.position("a"))[1] == 1
    assert await figures.position("b") == (0, 0)


async def test_visitors_are_recalled_by_when_they_were_last_seen(figures: FigureStore) -> None:
    found = await figures.seen_since(DAY, minute(3))
    assert found == [(SITE, BOB, minute(3))]
    assert sorted(await figures.seen_since(DAY, NOON_MS)) == [(SITE, BOB, minute(3)), (SITE, ANN, minute(2))]
    assert await figures.seen_since(DAY, NOON_MS + DAY_MS) == []


async def test_the_newest_time_and_the_last_group_of_each_journal_are_read_together(storage: Storage) -> None:
    async with storage.open_figures() as before:
        assert await before.reached() == (0, {})
    with storage.open_applier() as stores:
        apply(stores.stats, *FACTS)
    async with storage.open_figures() as figures:
        newest, positions = await figures.reached()
    assert newest == max(fact.at for fact in FACTS)
    assert len(positions) == 1


async def test_before_any_fact_nothing_was_reached(storage: Storage) -> None:
    async with storage.open_figures() as empty:
        assert await empty.reached() == (0, {})
        assert await empty.position("a") == (0, 0)


async def test_what_was_reached_is_told_with_each_journals_position(figures: FigureStore) -> None:
    assert await figures.reached() == (minute(65), {"a": 1})
