"""How much SQLite works for an answer: it grows with the visits, not with their square."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analytics_service import storage as storages
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import parse_filters
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.query import Sort
from analytics_service.domain.ranges import range_of_days
from analytics_service.domain.selections import Listing, Selection
from analytics_service.domain.site import ZoneSince
from analytics_service.storage.sqlite.row_sql import bind_period, count_rows, list_rows

CALENDAR = Calendar((ZoneSince(date(1970, 1, 1), "UTC"),))
FIRST = 20_000
"""The first day with visits, 4 October 2024."""
DAYS = 10
PERIOD = range_of_days(
    Dates(date(2024, 10, 4), date(2024, 10, 13)), CALENDAR, datetime(2026, 1, 1, tzinfo=UTC)
)
STEPS = 100
CASES = (None, Dimension.SOURCE, Dimension.PAGE, Dimension.EVENT)
FILTERS = ((), ("source:is:",), ("page:is:/3",), ("event:contains:o",), ("page:not:/4", "event:is:old"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    few, many = (tmp_path_factory.mktemp("work") for _ in range(2))
    _fill(few, 40)
    _fill(many, 160)
    return few, many


def _fill(folder: Path, visits_a_day: int) -> None:
    (folder / "journal").mkdir()
    storages.open(f"sqlite:{folder}").databases.provision()
    with closing(sqlite3.connect(folder / "stats.db", isolation_level=None)) as db:
        db.execute("begin")
        words = ["", "old", *(f"/{page}" for page in range(9))]
        numbers = {}
        for word in words:
            db.execute("insert or ignore into string (value) values (?)", (word,))
            numbers[word] = db.execute("select id from string where value = ?", (word,)).fetchone()[0]
        parts = ("(0, 0, 0, 0, 0, 0, 0)", "(0, 0, 0)", "(0, 0, 0, 0, 0, 0, 0)")
        for table, values in zip(("acquisition", "location", "technology"), parts, strict=True):
            columns = [row[1] for row in db.execute(f"pragma table_info({table})")][1:]
            db.execute(f"insert or ignore into {table} ({', '.join(columns)}) values {values}")
        for visit in range(1, DAYS * visits_a_day + 1):
            day = FIRST + visit % DAYS
            at = day * 86_400_000 + visit
            page = numbers[f"/{visit % 9}"]
            db.execute(
                "insert into visit (id, site, visitor, day, into_hour, began_at, lasted_ms, entry_page, "
                "exit_page, hostname, acquisition, location, technology, pageviews, events, engaged_ms) "
                "values (?, 1, ?, ?, 0, ?, 0, ?, ?, ?, 1, 1, 1, 1, 1, 0)",
                (visit, visit, day, at, page, page, numbers[""]),
            )
            for ordinal, name in ((1, ""), (2, "old")):
                db.execute(
                    "insert into view (site, day, visit, ordinal, at, into_hour, visitor, page, name) "
                    "values (1, ?, ?, ?, ?, 0, null, ?, ?)",
                    (day, visit, ordinal, at, page, numbers[name]),
                )
        db.execute("commit")


def _work(folder: Path, dimension: Dimension | None, filters: tuple[str, ...]) -> int:
    selection = Selection(1, PERIOD, tuple(Metric), parse_filters(filters))
    bound = bind_period(selection)
    statement = count_rows(selection, bound, dimension=dimension)
    if dimension is None:
        statement += " select key, sum(pageviews) from found group by key"
    else:
        listing = Listing(dimension, Sort(Metric.VISITS, descending=True), 100)
        statement = list_rows(statement, selection, listing, bound)
    looks = 0

    def look() -> int:
        nonlocal looks
        looks += 1
        return 0

    with closing(sqlite3.connect(folder / "stats.db")) as db:
        db.set_progress_handler(look, STEPS)
        assert db.execute(statement, bound.values).fetchall()
    return looks * STEPS


@pytest.mark.parametrize("dimension", CASES)
@pytest.mark.parametrize("filters", FILTERS)
def test_four_times_the_visits_are_about_four_times_the_work(
    folders: tuple[Path, Path], dimension: Dimension | None, filters: tuple[str, ...]
) -> None:
    few, many = (_work(folder, dimension, filters) for folder in folders)
    assert few > 1_000
    assert many < 6 * few
