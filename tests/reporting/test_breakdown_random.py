"""Random queries over random visits: every answer is what counting the visits by hand gives."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service import storage as storages
from analytics_service.domain.answers import Row
from analytics_service.domain.buckets import Interval
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.comparisons import Earlier
from analytics_service.domain.dimensions import BROKEN_DOWN, OF_VISITS, Dimension
from analytics_service.domain.filters import Filter, Operator
from analytics_service.domain.period_forms import Dates, Instants, Named, Period
from analytics_service.domain.query import MEASURES, Measure, Query, Sort
from analytics_service.ports.answers import AnswerStore
from analytics_service.ports.storage import Storage
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.queue import Turns
from analytics_service.reporting.totals import answer_totals
from tests.reporting.history import AT, DAYS, EVENTS, FIRST, PAGES, ZONES, Story, site_of, store, tell
from tests.reporting.oracle import Figures, Window, count, day_of, list_rows, window

QUESTIONS = 500 if os.environ.get("SOAK") else 60
METRICS = tuple(MEASURES.values())
CASES = [(dimension, operator) for dimension in BROKEN_DOWN for operator in Operator]


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return tell(seed=16)


@pytest.fixture(scope="module")
def filled(stories: list[Story], tmp_path_factory: pytest.TempPathFactory) -> Storage:
    folder: Path = tmp_path_factory.mktemp("answers") / "data"
    (folder / "journal").mkdir(parents=True)
    storage = storages.open(f"sqlite:{folder}")
    storage.databases.provision()
    store(storage, stories)
    return storage


def _filter(chance: random.Random, stories: list[Story], case: tuple[Dimension, Operator]) -> Filter:
    """A filter whose values some visit has, or that hardly any has where it is `not`."""
    dimension, operator = case
    if dimension in OF_VISITS:
        known = [story.values[dimension] for story in stories]
    else:
        known = list(PAGES if dimension is Dimension.PAGE else EVENTS)
    chosen = [chance.choice(known) for _ in range(chance.choice((1, 1, 2)))]
    if operator is Operator.CONTAINS:
        chosen = [word[len(word) // 3 :] or "a" for word in chosen]
    elif operator is Operator.STARTS:
        chosen = [word[: 1 + len(word) // 2] or "a" for word in chosen]
    return Filter(dimension, operator, tuple(dict.fromkeys(word or None for word in chosen)))


def _period(chance: random.Random, site: int) -> Period:
    kind = chance.randrange(4)
    if kind == 0:
        return chance.choice(list(Named))
    first = FIRST + timedelta(days=chance.randrange(DAYS - 6))
    if kind == 1:
        return Dates(first, first + timedelta(days=chance.randrange(6)))
    if kind == 2:
        return Dates(first, first + timedelta(days=chance.randrange(DAYS)))
    calendar = Calendar(site_of(site).zones)
    start = datetime(first.year, first.month, first.day, chance.randrange(24), tzinfo=UTC)
    end = start + timedelta(hours=chance.randrange(6, 90))
    return Instants(calendar.hour_start(start), calendar.hour_start(end))


def _queries(stories: list[Story]) -> Iterator[Query]:
    """Every dimension with every operator in turn, and further filters by chance."""
    chance = random.Random(4711)
    order = chance.sample(CASES, len(CASES))
    for number in range(QUESTIONS):
        site = chance.choice(list(ZONES))
        own = [story for story in stories if story.site == site]
        filters: tuple[Filter, ...] = ()
        if number % 5:
            filters = (_filter(chance, own, order[number % len(order)]),)
        if chance.random() < 0.1:
            filters = (*filters, _filter(chance, own, chance.choice(CASES)))
        dimension = chance.choice(
            (None, None, chance.choice(BROKEN_DOWN), *((Dimension.PAGE, Dimension.EVENT)))
        )
        yield Query(
            (site,),
            period=_period(chance, site),
            metrics=METRICS,
            dimension=dimension,
            filters=filters,
            interval=chance.choice((None, Interval.HOUR, Interval.DAY, Interval.WEEK, Interval.MONTH)),
            comparison=chance.choice((None, *Earlier)),
            sort=Sort(chance.choice(METRICS), chance.random() < 0.7),
            limit=chance.choice((1, 2, 100)),
        )


def _values(found: Mapping[Measure, float | None]) -> Figures:
    return {measure.value: value for measure, value in found.items()}


async def _check_line(answers: AnswerStore, stories: list[Story], query: Query) -> bool:
    site = site_of(query.sites[0])
    own = [story for story in stories if story.site == site.number]
    answer = await answer_totals(answers, Turns(timedelta(minutes=2)), [site], query, AT, series=True)
    line = answer.sites[site.number]
    assert line.period is not None
    whole = window(line.period)
    assert _values(line.results) == count(own, query.filters, whole)
    for point in line.points:
        part = _part(point.start, point.end, whole)
        if part.by_day or len(line.points) < 100 or any(point.values.values()):
            assert _values(point.values) == count(own, query.filters, whole, part), point
    if line.comparison is not None:
        against = window(line.comparison.period)
        assert _values(line.comparison.results) == count(own, query.filters, against)
        assert len(line.compared_points) == len(line.points)
    return any(line.results.values())


def _part(start: datetime, end: datetime, whole: Window) -> Window:
    return Window(int(start.timestamp() * 1000), int(end.timestamp() * 1000), whole.first, whole.last, False)


async def _check_rows(answers: AnswerStore, stories: list[Story], query: Query) -> bool:
    site, dimension = site_of(query.sites[0]), query.dimension
    own = [story for story in stories if story.site == site.number]
    assert dimension is not None
    listed: list[Row] = []
    cursor, total = None, 0
    while True:
        page = replace(query, cursor=cursor)
        answer = await answer_breakdown(answers, Turns(timedelta(minutes=2)), [site], page, AT)
        listed += answer.rows
        total, cursor = max(total, answer.total_rows), answer.next_cursor
        if cursor is None:
            break
    expected = list_rows(own, query.filters, window(answer.period), dimension)
    expected = {value: figures for value, figures in expected.items() if any(figures.values())}
    found = {row.value: _values(row.values) for row in listed}
    assert len(found) == len(listed) == total
    assert found == expected
    _check_changes(listed, own, query)
    figures = [row.values[query.sorting.measure] for row in listed]
    known = [value for value in figures if value is not None]
    assert known == sorted(known, reverse=query.sorting.descending)
    assert figures == known + [None] * (len(figures) - len(known))
    if dimension is Dimension.PAGE:
        assert all(row.title in (None, f"T {row.value}") for row in listed)
    return bool(listed)


def _check_changes(listed: list[Row], own: list[Story], query: Query) -> None:
    """Checks the changes of rows: whole days on both sides, without the running one."""
    calendar = calendar_of(own)
    comparison = query.compare(query.resolve(calendar, AT), calendar, AT)
    if comparison is None or comparison.panels is None or query.dimension is None:
        assert all(row.change is None for row in listed)
        return
    now, before = (list_rows(own, query.filters, window(side), query.dimension) for side in comparison.panels)
    for row in listed:
        assert row.comparison is not None
        assert row.change is not None
        assert _values(row.comparison) == before[row.value]
        for measure, change in row.change.items():
            value, base = now[row.value][measure], before[row.value][measure]
            assert change == (None if value is None or not base else (value - base) / base)


def calendar_of(own: list[Story]) -> Calendar:
    """The calendar of the visits' site, with the first day that has any."""
    site = site_of(own[0].site)
    first = min(day_of(site.number, story.hits[0].at) for story in own if not story.mark)
    return Calendar(site.zones, site.week_start, first)


@pytest.mark.timeout(20 * QUESTIONS)
def test_every_answer_is_what_the_visits_add_up_to(filled: Storage, stories: list[Story]) -> None:
    async def ask_all() -> Counter[bool]:
        some: Counter[bool] = Counter()
        async with filled.open_answers() as opened:
            for query in _queries(stories):
                check = _check_line if query.dimension is None else _check_rows
                try:
                    some[await check(opened, stories, query)] += 1
                except AssertionError as error:
                    raise AssertionError(f"{query}: {error}") from error
        return some

    some = asyncio.run(ask_all())
    assert some.total() == QUESTIONS
    assert some[True] >= 0.8 * QUESTIONS
