"""Sums and rows for answers: the contract of the port AnswerStore."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics_service.domain.buckets import Interval
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.facts import Fact
from analytics_service.domain.filters import VALUE_LIMIT, Filter, Operator
from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.query import Sort
from analytics_service.domain.ranges import range_of_days, range_of_hours
from analytics_service.domain.selections import FoundRow, Listing, Selection, day_key
from analytics_service.errors import NotKept
from analytics_service.ports.answers import AnswerStore
from analytics_service.ports.storage import Storage
from tests.contracts.facts_of_a_day import (
    ANN,
    BOB,
    DAY,
    NOON,
    SITE,
    ZONES,
    apply,
    engagement,
    event,
    view,
)

CALENDAR = Calendar(ZONES)
ONE_DAY = timedelta(days=1)
LATER = NOON + 2 * ONE_DAY
TODAY = range_of_days(Dates(DAY, DAY), CALENDAR, LATER)
SINCE_NOON = range_of_hours(NOON, NOON + timedelta(hours=1), CALENDAR, LATER)
ALL = tuple(Metric)
BY_PAGEVIEWS = Sort(Metric.PAGEVIEWS, descending=True)
HOSTILE = ("'; drop table visit; --", "%", "_", "\\", '"', ":site", "?", "\0", "a\0b", ")", "0 or 1=1", "💣")


@pytest.fixture
async def answers(storage: Storage) -> AsyncIterator[AnswerStore]:
    with storage.open_applier() as stores:
        facts: list[Fact] = [
            *(view("one", ANN), event("sold", ANN, 1), view("two", ANN, 2, "/p")),
            *(view("three", BOB, 63), engagement("one", ANN, 64, 30_000)),
        ]
        apply(stores.stats, *facts)
    async with storage.open_answers() as opened:
        yield opened


async def test_sums_of_a_day_and_of_its_hours(answers: AnswerStore) -> None:
    of_day = Sums(pageviews=3, visits=2, visitors=2, bounces=1, engaged_ms=30_000, events=1)
    of_bob = Sums(pageviews=1, visits=1, visitors=1, bounces=1)
    whole = Selection(SITE, TODAY, ALL)
    assert (await answers.read_sums(whole)).sums == {0: of_day}
    assert (await answers.read_sums(whole, Interval.DAY)).sums == {day_key(DAY): of_day}
    hours = (await answers.read_sums(whole, Interval.HOUR)).sums
    assert hours[int(NOON.timestamp()) + 3600] == of_bob
    assert sum(sums.visits for sums in hours.values()) == 2
    assert (await answers.read_sums(Selection(SITE, SINCE_NOON, ALL))).sums[0].visitors == 1


async def test_filters_select_visits(answers: AnswerStore) -> None:
    for one, pageviews, events in (
        (Filter(Dimension.PAGE, Operator.IS, ("/p",)), 1, 0),
        (Filter(Dimension.PAGE, Operator.NOT, ("/p",)), 1, 0),
        (Filter(Dimension.EVENT, Operator.STARTS, ("bu",)), 2, 1),
        (Filter(Dimension.SOURCE, Operator.IS, (None,)), 3, 1),
        (Filter(Dimension.HOSTNAME, Operator.CONTAINS, ("example",)), 3, 1),
        (Filter(Dimension.HOSTNAME, Operator.IS, (None,)), 0, 0),
    ):
        found = await answers.read_sums(Selection(SITE, TODAY, ALL, (one,)))
        sums = found.sums.get(0, Sums())
        assert (sums.pageviews, sums.events) == (pageviews, events), one


async def test_rows_are_sorted_and_go_on_where_the_last_page_ended(answers: AnswerStore) -> None:
    selection = Selection(SITE, TODAY, (Metric.PAGEVIEWS, Metric.VISITS))
    listing = Listing(Dimension.PAGE, BY_PAGEVIEWS, limit=1)
    first = await answers.read_rows(selection, listing)
    assert (first.total, [row.word for row in first.rows]) == (2, ["/"])
    assert first.rows[0].sums.visits == 2
    last = first.rows[0]
    second = await answers.read_rows(
        selection, Listing(Dimension.PAGE, BY_PAGEVIEWS, limit=1, after=(last.sorted_by, last.key))
    )
    assert [(row.word, row.sorted_by) for row in second.rows] == [("/p", 1)]
    only = Listing(Dimension.PAGE, BY_PAGEVIEWS, only=(second.rows[0].key,))
    assert [row.word for row in (await answers.read_rows(selection, only)).rows] == ["/p"]


async def test_rows_that_are_equal_follow_each_other_page_by_page(storage: Storage) -> None:
    pages = [f"/{number}" for number in range(5)]
    with storage.open_applier() as stores:
        apply(stores.stats, *(view(f"v{n}", ANN, n, page) for n, page in enumerate([*pages, "/4", "/4"])))
    for descending in (True, False):
        for since in (TODAY, SINCE_NOON):
            found: list[str | None] = []
            after = None
            while len(found) < 9:
                listing = Listing(
                    Dimension.PAGE, Sort(Metric.PAGEVIEWS, descending=descending), limit=2, after=after
                )
                async with storage.open_answers() as answers:
                    page = await answers.read_rows(Selection(SITE, since, (Metric.PAGEVIEWS,)), listing)
                if not page.rows:
                    break
                found += [row.word for row in page.rows]
                after = (page.rows[-1].sorted_by, page.rows[-1].key)
            assert sorted(map(str, found)) == pages
            assert found[0 if descending else -1] == "/4"


async def test_what_is_not_known_is_a_row_without_a_word(answers: AnswerStore) -> None:
    for sums in ((Metric.VISITS,), (Metric.VISITS, Metric.PAGEVIEWS)):
        found = await answers.read_rows(
            Selection(SITE, TODAY, sums), Listing(Dimension.COUNTRY, Sort(Metric.VISITS, descending=True))
        )
        assert [(row.word, row.key, row.sums.visits) for row in found.rows] == [(None, 0, 2)]


async def test_days_that_are_no_longer_stored_are_answered_from_sums_alone(storage: Storage) -> None:
    with storage.open_applier() as stores:
        apply(stores.stats, view("one", ANN))
        while stores.verification.prune(SITE, DAY + ONE_DAY):
            pass
    filtered = Selection(SITE, TODAY, ALL, (Filter(Dimension.PAGE, Operator.IS, ("/",)),))
    async with storage.open_answers() as answers:
        assert await answers.first_days(SITE) == (DAY, DAY + ONE_DAY)
        found = await answers.read_sums(Selection(SITE, TODAY, ALL))
        assert (found.sums[0].pageviews, found.kept_since) == (1, DAY + ONE_DAY)
        with pytest.raises(NotKept, match=f"{DAY + ONE_DAY}") as refused:
            await answers.read_sums(filtered)
        assert refused.value.nearest == (DAY + ONE_DAY, DAY + ONE_DAY)
        with pytest.raises(NotKept):
            await answers.read_rows(
                Selection(SITE, TODAY, (Metric.VISITORS,)), Listing(Dimension.PAGE, BY_PAGEVIEWS)
            )


async def test_a_site_without_figures_has_no_first_day(answers: AnswerStore) -> None:
    assert await answers.first_days(SITE + 1) == (None, None)
    assert (await answers.read_sums(Selection(SITE + 1, TODAY, ALL))).sums.get(0, Sums()) == Sums()


async def test_a_call_that_is_cancelled_leaves_the_store_as_it_was(answers: AnswerStore) -> None:
    calls = [asyncio.create_task(answers.read_sums(Selection(SITE, TODAY, ALL))) for _ in range(20)]
    await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    assert all(
        isinstance(one, asyncio.CancelledError)
        for one in await asyncio.gather(*calls, return_exceptions=True)
    )
    assert (await answers.read_sums(Selection(SITE, TODAY, ALL))).sums[0].pageviews == 3


WORDS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.sampled_from(BROKEN_DOWN), st.sampled_from(Operator), st.lists(WORDS, min_size=1, max_size=5))
@example(Dimension.PAGE, Operator.IS, ["/' or '1'='1"] * 1)
@example(Dimension.SOURCE, Operator.STARTS, ["x" * VALUE_LIMIT])
async def test_whatever_a_filter_says_it_is_only_a_value(
    answers: AnswerStore, dimension: Dimension, operator: Operator, words: list[str]
) -> None:
    values = tuple(dict.fromkeys(unicodedata.normalize("NFC", word) for word in words))
    one = Filter(dimension, operator, values)
    selection = Selection(SITE, TODAY, ALL, (one, one))
    found = (await answers.read_sums(selection)).sums.get(0, Sums())
    rows = await answers.read_rows(selection, Listing(dimension, Sort(Metric.VISITS, descending=True)))
    assert all(isinstance(row, FoundRow) for row in rows.rows)
    stored = {Dimension.PAGE: ("/", "/p"), Dimension.EVENT: ("buy",)}.get(dimension)
    if operator is Operator.IS and stored and not set(stored) & set(values):
        assert found == Sums()
    assert (await answers.read_sums(Selection(SITE, TODAY, ALL))).sums[0].pageviews == 3
