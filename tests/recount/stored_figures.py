"""What the service has stored, read from its files by SQL: the one place that knows its tables."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from tests.recount.oracle import Figures

EPOCH = date(1970, 1, 1)
# The numbers are stored; the metrics are those that a dimension is held against.
SUMS = ("pageviews", "visits", "visitors", "bounces", "engaged_ms", "events")
VISIT_SUMS = ("pageviews", "visits", "bounces", "engaged_ms", "events")
DIMENSIONS: dict[int, tuple[str, tuple[str, ...]]] = {
    0: ("site", SUMS),
    1: ("page", ("pageviews", "visits", "events", "engaged_ms")),
    2: ("entry_page", VISIT_SUMS),
    3: ("exit_page", VISIT_SUMS),
    4: ("hostname", VISIT_SUMS),
    5: ("source", VISIT_SUMS),
    6: ("channel", VISIT_SUMS),
    7: ("campaign", VISIT_SUMS),
    8: ("utm_source", VISIT_SUMS),
    9: ("utm_medium", VISIT_SUMS),
    10: ("utm_content", VISIT_SUMS),
    11: ("utm_term", VISIT_SUMS),
    15: ("browser", VISIT_SUMS),
    17: ("system", VISIT_SUMS),
    19: ("device", VISIT_SUMS),
    22: ("event", ("visits", "events")),
}
DAYS = """
select site, dimension, day, coalesce((select value from string where id = r.value), '') as word,
    pageviews, visits, visitors, bounces, engaged_ms, events
from rollup_day as r
"""
HOURS = """
select site, day, hour, pageviews, visits, visitors, bounces, engaged_ms, events from rollup_hour
"""
APPLIED = "select journal, seq from position"
WRITTEN = "select seq from sqlite_sequence where name = 'facts'"


def read(folder: Path, sites: Mapping[int, int]) -> Figures:
    """The sums in stats.db that are not zero; `sites` gives the generator's index of a site's number."""
    figures = Figures({}, {})
    for row in _rows(folder / "stats.db", DAYS):
        site, dimension, day, value, *_ = row
        if int(dimension) in DIMENSIONS:
            name, metrics = DIMENSIONS[int(dimension)]
            for metric in metrics:
                if stored := row[metric]:
                    figures.days[sites[site], name, _day(day), value, metric] = stored
    for row in _rows(folder / "stats.db", HOURS):
        site, day, hour, *_ = row
        for metric in SUMS:
            if stored := row[metric]:
                figures.hours[sites[site], _day(day), hour, metric] = stored
    return figures


def waiting(folder: Path) -> int:
    """How many groups of facts in the journals are not applied yet."""
    applied: dict[str, int] = {row["journal"]: row["seq"] for row in _rows(folder / "stats.db", APPLIED)}
    return sum(
        written - applied.get(journal.stem, 0)
        for journal in (folder / "journal").glob("*.db")
        for (written,) in _rows(journal, WRITTEN)
    )


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def _rows(path: Path, statement: str) -> Iterator[sqlite3.Row]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        yield from connection.execute(statement).fetchall()
