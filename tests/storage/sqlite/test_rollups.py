"""Sums of months, and of days that an older release added up."""

import asyncio
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from analytics_service import storage as storages
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.facts import Fact
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.query import Sort
from analytics_service.domain.ranges import range_of_days
from analytics_service.domain.selections import Listing, Selection
from analytics_service.domain.tasks import TaskKind
from analytics_service.domain.verification import wording
from analytics_service.errors import Unavailable
from analytics_service.storage.sqlite import rollups
from analytics_service.storage.sqlite.sql import day_of
from analytics_service.storage.sqlite.stats import create_stats, open_stats_writer
from analytics_service.storage.sqlite.verification import open_verifier
from tests.applying.process import NOON, TODAY, ZONES, Process, event, fresh, journaled, running, view
from tests.storage.failing_statements import Failure, failing
from tests.storage.first_release import make_first_release

BEGINS = date(2026, 8, 20)
DAYS = (TODAY - BEGINS).days + 1
MONTHS = [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]
PERIODS = (
    Dates(BEGINS, TODAY),
    Dates(date(2026, 9, 1), date(2026, 10, 31)),
    Dates(date(2026, 8, 31), date(2026, 10, 1)),
    Dates(date(2026, 9, 2), date(2026, 9, 29)),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fresh(tmp_path / "data")


@dataclass(frozen=True)
class Answer:
    """What was asked for of each row, how many there are, and what is unknown."""

    rows: dict[str | None, dict[Metric, int]]
    total: int
    unknown: frozenset[Metric]


def fill(it: Process) -> None:
    """Two visits a day, some of them over midnight."""
    chance = random.Random(7)
    facts: list[Fact] = []
    for day in range(-DAYS + 1, 1):
        for visitor in (1, 2):
            begin = day * 1_440 + chance.randrange(600, 715) * (visitor == 2)
            who = visitor + 10 * day + 10_000
            facts += [view(who, begin, f"/{chance.randrange(4)}", country=chance.choice(("VN", "")))]
            facts += [event(who, begin + 9, "sold", "/1"), view(who, begin + 20, f"/{chance.randrange(4)}")]
    it.apply(*facts)


def months(it: Process) -> list[tuple[object, ...]]:
    return it.rows("select month * 86400, dimension from summed_month order by month")


def answers(folder: Path) -> list[Answer]:
    """All rows of each dimension over some periods."""
    return asyncio.run(read_answers(folder))


async def read_answers(folder: Path) -> list[Answer]:
    found = []
    async with storages.open(f"sqlite:{folder}").open_answers() as store:
        for dates in PERIODS:
            period = range_of_days(dates, Calendar(ZONES), NOON)
            for dimension in BROKEN_DOWN:
                of_day = {Dimension.PAGE: (Metric.PAGEVIEWS, Metric.VISITS, Metric.ENGAGED_SECONDS)}
                sums = of_day.get(dimension, (Metric.EVENTS, Metric.VISITS))
                listing = Listing(dimension, Sort(Metric.VISITS, descending=True))
                answer = await store.read_rows(Selection(1, period, sums), listing)
                rows = {row.word: {metric: row.sums.of(metric) for metric in sums} for row in answer.rows}
                found.append(Answer(rows, answer.total, answer.unknown))
    return found


def test_months_that_are_over_are_summed_and_change_no_answer(folder: Path) -> None:
    with running(folder) as it:
        fill(it)
        before = answers(folder)
        assert all(found.rows for found in before)
        it.work()
        assert [month for month, of in months(it) if of == Dimension.EVENT] == [
            (month - date(1970, 1, 1)).days * 86_400 for month in MONTHS
        ]
        assert answers(folder) == before
        assert it.rows("select count(*) > 0 from rollup_month") == [(1,)]


def test_a_month_whose_day_changes_is_answered_from_its_days_until_it_is_summed_again(
    folder: Path,
) -> None:
    with running(folder) as it:
        fill(it)
        it.work()
        it.apply(view(77, -1_440 * 30, "/late"))
        assert len(months(it)) == len(MONTHS) - 1
        changed = answers(folder)
        it.work()
        assert len(months(it)) == len(MONTHS)
        assert answers(folder) == changed
        late = it.rows("select id from string where value = '/late'")[0][0]
        assert it.rows(
            "select pageviews, visits from rollup_month where value = ? and dimension = 1", late
        ) == [(1, 1)]


def test_a_wrong_sum_of_a_month_is_found_and_repaired(folder: Path) -> None:
    with running(folder) as it:
        fill(it)
        it.work()
        truth = it.stats.verification()
        assert truth.months(1) == MONTHS
        assert [truth.month_differences(1, month) for month in MONTHS] == [[], [], []]
        with closing(sqlite3.connect(folder / "stats.db")) as stats, stats:
            stats.execute("update rollup_month set visits = visits + 3 where dimension = 12 and value = 0")
        (wrong,) = truth.month_differences(1, MONTHS[1])
        assert wording(wrong) == (
            f"site 1, 2026-09-01: visits of the country of the month that is not known "
            f"are stored as {wrong.found + 3}, but add up to {wrong.found}"
        )
        it.order(TaskKind.REPAIR)
        it.work()
        assert truth.months(1) == MONTHS
        assert [truth.month_differences(1, month) for month in MONTHS] == [[], [], []]


def as_before(folder: Path, since: int) -> None:
    """Takes from the sums what an older release did not keep."""
    with closing(sqlite3.connect(folder / "stats.db")) as stats, stats:
        stats.execute("delete from rollup_day where dimension not in (0, 1, 22) and value = 0")
        stats.execute("update rollup_day set pageviews = 0, events = 0 where dimension not in (0, 1, 22)")
        stats.execute("update rollup_day set visits = 0 where dimension in (1, 22)")
        stats.execute("update maintenance set sums_since = ?", (since,))


def test_older_sums_are_added_up_the_newest_day_first_wherever_it_was_cut_off(folder: Path) -> None:
    newest = (TODAY - date(1970, 1, 1)).days
    with running(folder) as it:
        fill(it)
        right, sums = answers(folder), it.sums()
    as_before(folder, newest + 1)
    assert answers(folder) == right
    since, day = newest + 1, newest
    while since > 0:
        with running(folder) as it:
            # Each step may be the last before a restart.
            for _ in range(11):
                it.care._rollups.sum_older()
            before, since = since, it.rows("select sums_since from maintenance")[0][0]  # type: ignore[assignment]
            assert since in (before, before - 1) or since < 0
            left = it.stats.verification().older_days()
            assert left == (
                max(since - (BEGINS - date(1970, 1, 1)).days, 0),
                day_of(since) if since > 0 else None,
            )
            it.apply(view(500 + day, 5, "/2"))
            day += 1
            assert it.wrong() == []
    with running(folder) as it:
        it.work()
        assert it.stats.verification().days(1)[0] == BEGINS
        assert it.wrong() == []
        assert it.sums()[0] == sums[0] + day - newest  # type: ignore[operator]


def test_of_days_without_rows_what_was_not_summed_is_unknown(folder: Path) -> None:
    kept = TODAY - timedelta(days=20)
    with running(folder) as it:
        fill(it)
        while it.stats.verification().prune(1, kept):
            pass
        known = answers(folder)
    as_before(folder, (TODAY - date(1970, 1, 1)).days + 1)
    with running(folder) as it:
        it.work()
        assert it.wrong() == []
    for found, whole in zip(answers(folder), known, strict=True):
        assert found.unknown <= {Metric.PAGEVIEWS, Metric.EVENTS, Metric.VISITS}
        for metric in (Metric.EVENTS, Metric.VISITS, Metric.PAGEVIEWS):
            if metric not in found.unknown:
                assert {word: row.get(metric) for word, row in found.rows.items()} == {
                    word: row.get(metric) for word, row in whole.rows.items()
                }
    assert {found.unknown for found in answers(folder)} == {
        frozenset({Metric.VISITS}),
        frozenset({Metric.EVENTS}),
    }


def test_without_room_on_the_disk_older_sums_wait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journaled(folder, [view(1)])
    with running(folder) as it:
        it.apply()
    as_before(folder, (TODAY - date(1970, 1, 1)).days + 1)
    with running(folder) as it:
        with monkeypatch.context() as patch:
            patch.setattr(rollups, "ROOM_KEPT", 2**62)
            with pytest.raises(Unavailable, match="wait for room on the disk"):
                it.care._rollups.sum_older()
        assert it.care._rollups.sum_older()


def test_a_search_for_older_days_that_fails_names_the_file_and_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_first_release(tmp_path)
    create_stats(tmp_path)
    number = 1
    with failing(monkeypatch, Failure.BROKEN) as plan, open_stats_writer(tmp_path) as stats:
        while plan.fails_while(stats.rollups.sum_older, number, Unavailable):
            number += 1
        while stats.rollups.sum_older():
            pass
    assert number > 1
    with open_verifier(tmp_path) as truth:
        assert [truth.differences(1, day) for day in truth.days(1)] == [[]]
