"""Few queries at once, two of a site, each with a deadline; a heavy one holds nobody else up."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service import storage as storages
from analytics_service.domain.answers import Breakdown
from analytics_service.domain.buckets import Interval
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import parse_filters
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates, Named
from analytics_service.domain.query import Query
from analytics_service.domain.selections import FoundRows, Listing, Selection
from analytics_service.errors import BadParameter, NotKept, TooHeavy
from analytics_service.ports.answers import AnswerStore
from analytics_service.ports.storage import Storage
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.overview import answer_overview
from analytics_service.reporting.queue import Turns
from analytics_service.reporting.totals import answer_totals
from tests.reporting.history import AT, site_of, store, tell
from tests.reporting.oracle import count, list_rows, window

STORIES = tell(seed=3, visits_a_day=3)
ONE, NEW_YORK, FOUR = (site_of(number) for number in (1, 2, 4))
WEEK = Dates(date(2026, 10, 26), date(2026, 11, 1))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    folder: Path = tmp_path_factory.mktemp("turns") / "data"
    (folder / "journal").mkdir(parents=True)
    storage = storages.open(f"sqlite:{folder}")
    storage.databases.provision()
    store(storage, STORIES)
    return storage


async def test_two_queries_of_a_site_run_at_once_and_others_do_not_wait_for_them() -> None:
    turns, end, running, three = Turns(), asyncio.Event(), list[int](), asyncio.Event()

    async def query(site: int) -> None:
        async with turns.take([site], ["period"]):
            running.append(site)
            if len(running) == 3:
                three.set()
            await end.wait()

    async with asyncio.TaskGroup() as group:
        for site in (1, 1, 1, 1, 2):
            group.create_task(query(site))
        await three.wait()
        assert running == [1, 1, 2]
        end.set()
    assert sorted(running) == [1, 1, 1, 1, 2]


async def test_a_query_that_takes_too_long_is_ended_and_told_what_to_narrow() -> None:
    turns = Turns(timedelta(0))
    with pytest.raises(TooHeavy, match="ask for less in period or filter") as refused:
        async with turns.take([1], ["period", "filter"]):
            await asyncio.Event().wait()
    assert refused.value.narrow == ("period", "filter")
    # Its turn is over: the next one of the site is let in.
    async with turns.take([1], ["period"]):
        pass


async def test_a_query_whose_asker_has_gone_leaves_its_turn(filled: Storage) -> None:
    turns = Turns()
    query = Query((1,), metrics=(Metric.VISITS,), filters=parse_filters(["page:contains:a"]))
    async with filled.open_answers() as answers:
        calls = [asyncio.create_task(answer_totals(answers, turns, [ONE], query, AT)) for _ in range(8)]
        await asyncio.sleep(0.01)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert (await answer_totals(answers, turns, [ONE], query, AT)).sites[1].results[Metric.VISITS]


class WithoutPages:
    """A store whose rows of pages are refused."""

    def __init__(self, store: AnswerStore) -> None:
        self.first_days, self.read_sums, self._store = store.first_days, store.read_sums, store

    async def read_rows(self, selection: Selection, listing: Listing) -> FoundRows:
        if listing.dimension is Dimension.PAGE:
            raise NotKept(date(2026, 10, 1), (date(2026, 10, 1), date(2026, 10, 20)))
        return await self._store.read_rows(selection, listing)


async def test_a_panel_that_fails_leaves_the_rest_of_the_overview(filled: Storage) -> None:
    query = Query((1,), period=Dates(date(2026, 9, 29), date(2026, 10, 20)), metrics=(Metric.VISITS,))
    async with filled.open_answers() as answers:
        panels = (Dimension.SOURCE, Dimension.PAGE)
        refusing = WithoutPages(answers)
        whole = await answer_overview(refusing, Turns(), [ONE], query, AT, panels=panels)
        assert not isinstance(whole.totals, Exception)
        assert whole.totals.sites[1].results[Metric.VISITS]
        assert isinstance(whole.panels["source"], Breakdown)
        assert isinstance(whole.panels["page"], NotKept)
        wrong = Query((1,), filters=parse_filters(["property:plan:is:pro"]))
        with pytest.raises(BadParameter, match="properties"):
            await answer_overview(answers, Turns(), [ONE], wrong, AT)


async def test_an_overview_of_days_without_rows_is_made_of_sums(filled: Storage) -> None:
    with filled.open_applier() as stores:
        while stores.verification.prune(1, date(2026, 10, 1)):
            pass
    query = Query((1,), period=Dates(date(2026, 9, 29), date(2026, 10, 20)), metrics=(Metric.VISITS,))
    async with filled.open_answers() as answers:
        whole = await answer_overview(answers, Turns(), [ONE], query, AT)
        assert not isinstance(whole.totals, Exception)
        assert whole.totals.meta.kept_since == date(2026, 10, 1)
        assert all(isinstance(panel, Breakdown) for panel in whole.panels.values())


async def test_several_sites_have_an_answer_each_and_one_together(filled: Storage) -> None:
    sites = (ONE, NEW_YORK, FOUR)
    query = Query((1, 2, 4), period=WEEK, metrics=tuple(Metric), interval=Interval.DAY)
    async with filled.open_answers() as answers:
        answer = await answer_totals(answers, Turns(), sites, query, AT, series=True)
        hours = Query((1, 2), period=Named.TODAY, interval=Interval.HOUR)
        with pytest.raises(BadParameter, match="time zones"):
            await answer_totals(answers, Turns(), sites[:2], hours, AT, series=True)
    expected = dict.fromkeys(Metric, 0)
    for site in sites:
        line = answer.sites[site.number]
        assert line.period is not None
        of_site = count([s for s in STORIES if s.site == site.number], (), window(line.period))
        for metric in set(Metric) - {Metric.ENGAGED_SECONDS}:
            assert line.results[metric] == of_site[metric]
            expected[metric] += int(of_site[metric] or 0)
    assert answer.combined is not None
    for metric in set(Metric) - {Metric.ENGAGED_SECONDS}:
        assert answer.combined.results[metric] == expected[metric]
        assert sum(point.values[metric] or 0 for point in answer.combined.points) == expected[metric]
    assert len(answer.combined.points) == 7


async def test_rows_of_several_sites_are_joined_by_their_words_page_by_page(filled: Storage) -> None:
    sites = (ONE, FOUR)
    query = Query((1, 4), period=WEEK, dimension=Dimension.PAGE, metrics=(Metric.PAGEVIEWS,), limit=3)
    found: dict[str | None, object] = {}
    async with filled.open_answers() as answers:
        cursor = None
        while True:
            page = Query((1, 4), WEEK, (Metric.PAGEVIEWS,), dimension=Dimension.PAGE, limit=3, cursor=cursor)
            answer = await answer_breakdown(answers, Turns(), sites, page, AT)
            found |= {row.value: row.values[Metric.PAGEVIEWS] for row in answer.rows}
            assert len(answer.rows) <= query.limit
            if (cursor := answer.next_cursor) is None:
                break
    own = [story for story in STORIES if story.site in (1, 4)]
    rows = list_rows(own, (), window(answer.period), Dimension.PAGE)
    assert found == {word: row["pageviews"] for word, row in rows.items() if row["pageviews"]}
    assert list(found.values()) == sorted(found.values(), reverse=True)  # type: ignore[type-var]


async def test_the_opening_balance_is_named_and_not_added(filled: Storage) -> None:
    async with filled.open_answers() as answers:
        query = Query((1,), period=Named.ALL, metrics=(Metric.VISITS,))
        answer = await answer_totals(answers, Turns(), [ONE], query, AT)
        counted = sum(story.site == 1 and not story.mark for story in STORIES)
        assert answer.sites[1].results[Metric.VISITS] == counted
        assert answer.meta.opening_balance == {Metric.VISITS: 1000}
        late = datetime(2027, 1, 1, tzinfo=UTC)
        other = await answer_totals(answers, Turns(), [ONE], Query((1,)), late)
        assert (other.meta.opening_balance, other.meta.complete) == ({}, False)
