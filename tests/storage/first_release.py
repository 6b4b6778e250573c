"""A data folder as the first release left it: version 1 of both databases, with a few visits."""

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from analytics_service.storage.sqlite.stats import open_stats_writer

VIEWS_THEN = 9
DAY = 20_700
HALF_PAST = DAY * 86400 + 1800
"""The local hour of a zone like India's begins at half past, in UTC."""


def _script(name: str) -> str:
    return files("analytics_service.storage.sqlite").joinpath(f"migrations/{name}").read_text("utf-8")


def sum_older(folder: Path) -> None:
    """Adds up what a former release left, as the applier does beside counting."""
    with open_stats_writer(folder) as stats:
        while stats.rollups.sum_older():
            pass


def make_first_release(folder: Path) -> None:
    """Three visits of three views each on one day, in two local hours, and a site."""
    with closing(sqlite3.connect(folder / "config.db", isolation_level=None)) as config:
        config.executescript(_script("config_0001.sql"))
        config.execute(
            "insert into site values (1, 'abcdef', 'u', 'x.example.vn', 'X', 'monday', 'vi', 1, 0, 0, "
            "'2026-09-01T00:00:00+00:00')"
        )
        config.execute("insert into site_zone values (1, '1970-01-01', 'Asia/Kolkata')")
        config.execute("pragma user_version = 1")
    with closing(sqlite3.connect(folder / "stats.db", isolation_level=None)) as stats:
        stats.execute("pragma journal_mode = wal")
        stats.executescript(_script("stats_0001.sql"))
        stats.execute("insert into name values (1, ''), (2, '/a'), (3, '/b')")
        for visit in (1, 2, 3):
            began = (HALF_PAST + 3600 * (visit == 3)) * 1000 + visit
            hour = HALF_PAST + 3600 * (visit == 3)
            row = (visit, 1, 70 + visit, DAY, hour, began, began + 2000, 2, 3, 1, 1, 3, 0, 0)
            stats.execute(f"insert into visit values ({', '.join('?' * len(row))})", row)
            for number, page in enumerate((2, 3, 3)):
                view = (1, DAY, began + number * 1000, visit, page, 1, 1)
                stats.execute(
                    "insert into view (site, day, at, visit, page, title, name) values (?, ?, ?, ?, ?, ?, ?)",
                    view,
                )
        stats.execute("insert into rollup_day values (1, 0, ?, 0, 9, 3, 3, 0, 0, 0)", (DAY,))
        stats.execute("insert into rollup_day values (1, 1, ?, 2, 3, 0, 0, 0, 0, 0)", (DAY,))
        stats.execute("insert into rollup_day values (1, 1, ?, 3, 6, 0, 0, 0, 0, 0)", (DAY,))
        stats.execute("insert into rollup_hour values (1, ?, ?, 6, 2, 2, 0, 0, 0)", (DAY, HALF_PAST))
        stats.execute("insert into rollup_hour values (1, ?, ?, 3, 1, 1, 0, 0, 0)", (DAY, HALF_PAST + 3600))
        stats.execute("pragma user_version = 1")
