"""Ten times the history is not more work for any statement of answers, counter and applier."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from analytics_service.applying.attributes import describing, no_hosts
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.facts import View
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.quarantine import Selection as Visits
from analytics_service.domain.query import Sort
from analytics_service.domain.ranges import range_of_days
from analytics_service.domain.rollups import fold
from analytics_service.domain.selections import Listing, Selection
from analytics_service.ports.quarantine import Cursor
from analytics_service.storage.sqlite.rollup_sql import OF_ROLLUPS, Source, bind_rollups
from analytics_service.storage.sqlite.row_sql import bind_period, list_rows
from analytics_service.storage.sqlite.sql import day_number, queries
from analytics_service.storage.sqlite.stats import StatsWriter, open_stats_writer
from tests.bench.questions import AT, LAST, SITE, fill

FEW, MANY = 20_000, 200_000
VIEWS_A_DAY = 1_000
TICK = 10
SLACK = 200
"""Steps that a statement may take more, whatever its size: seeking in a larger tree, and how ticks fall."""
CALENDAR = Calendar(SITE.zones)
DAY_MS = int(timedelta(days=1).total_seconds() * 1000)


class StatementSteps:
    """The most of SQLite's own steps that each statement took, in one run of it."""

    def __init__(self) -> None:
        self.most: dict[str, int] = defaultdict(int)
        self._statement, self._steps = "", 0

    @contextmanager
    def watching(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Counts what a connection does."""
        connection.set_progress_handler(self._tick, TICK)
        connection.set_trace_callback(self._begin)
        yield
        connection.set_trace_callback(None)
        connection.set_progress_handler(None, 0)
        self._begin("")

    def _tick(self) -> int:
        self._steps += TICK
        return 0

    def _begin(self, statement: str) -> None:
        self.most[self._statement] = max(self.most[self._statement], self._steps)
        self._statement, self._steps = re.sub(r"-?\d+|'[^']*'", "?", statement), 0


def ask(folder: Path, steps: StatementSteps) -> None:
    """Every panel and the tiles of the last two weeks, and the counter's figures of site and page."""
    period = range_of_days(Dates(LAST - timedelta(days=13), LAST), CALENDAR, AT)
    last = day_number(LAST)
    values = {"site": 1, "periods": json.dumps([[last - 6, last], [last, last]]), "first": last, "last": last}
    peaks = {"peaks_since": 0, "peaks_begin": 0, "page": "/page/1"}
    with closing(sqlite3.connect(folder / "stats.db")) as db, steps.watching(db):
        for dimension in BROKEN_DOWN:
            of = Selection(1, period, tuple(OF_ROLLUPS[dimension]))
            bound = bind_period(of)
            found = bind_rollups(db, bound, dimension, Source.ROLLUPS)
            listing = Listing(dimension, Sort(Metric.VISITS, descending=True), 100)
            rows = db.execute(list_rows(found, of, listing, bound), bound.values).fetchall()
            assert rows or dimension is Dimension.EVENT
        for name in ("days", "hours", "days_of_hours", "first_day"):
            db.execute(queries("answers")[name], bind_period(of).values).fetchall()
        for name in ("site_figures", "page_figures", "seen_since"):
            more = {"day": last, "seen_at": last * DAY_MS}
            db.execute(queries("stats")[name], values | peaks | more).fetchall()


def work(stats: StatsWriter, steps: StatementSteps) -> None:
    """New and late facts, marks set and taken off, forgetting, and what is done once a day."""
    with steps.watching(stats._db):
        facts = [
            View(
                site=1,
                at=(day_number(LAST) + late) * DAY_MS + 70_000 + n,
                visitor_id=n,
                id=f"{late}-{n}",
                page="/new",
            )
            for late in (0, 1)
            for n in range(100)
        ]
        batch = stats.load(
            facts, 10_000, lambda fact: LAST + timedelta(days=fact.at // DAY_MS - day_number(LAST))
        )
        fold(batch, facts, lambda _: SITE.zones, describing(no_hosts))
        stats.save(batch, {"a": 1})
        truth, kept = stats.verification(), stats.quarantine()
        for marked in (False, True):
            selection = Visits(site=1, first=LAST, last=LAST, marked=marked)
            kept.mark_some(selection, LAST, Cursor(), cap=10_000, on=LAST)
        stats.forget(0, LAST - timedelta(days=4))
        stats.rollups.sum_older()
        stats.rollups.sum_month(AT.date())
        assert truth.sites() == [1]
        truth.days(1)
        assert truth.differences(1, LAST) == []


def grown(few: StatementSteps, many: StatementSteps) -> dict[str, tuple[int, int]]:
    """The statements that work more where more is stored."""
    return {
        statement: (few.most.get(statement, 0), most)
        for statement, most in many.most.items()
        if most > 1.3 * few.most.get(statement, 0) + SLACK
    }


@pytest.mark.timeout(300)
def test_ten_times_the_history_is_not_more_work_for_any_statement(tmp_path: Path) -> None:
    few, many, reading = StatementSteps(), StatementSteps(), (StatementSteps(), StatementSteps())
    for views, steps, read in ((FEW, few, reading[0]), (MANY, many, reading[1])):
        folder = tmp_path / str(views)
        fill(folder, views, days=views // VIEWS_A_DAY)
        ask(folder, steps)
        with open_stats_writer(folder) as stats:
            work(stats, steps)
        with closing(sqlite3.connect(folder / "stats.db")) as db, read.watching(db):
            db.execute("select count(*) from visit where visitor = 5").fetchone()
    assert len(many.most) > 60
    assert grown(few, many) == {}
    # What reads a whole table is found.
    assert len(grown(*reading)) == 1
