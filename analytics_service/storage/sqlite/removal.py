"""Deleted sites, taken out of config.db at once and out of stats.db some rows at a time."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from analytics_service.disk.sqlite_errors import translated
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

ROWS_A_STEP = 5_000
CONFIG_SQL = queries("site_removal")
STATS_SQL = queries("removal")


class Removals:
    """Sites that are gone or going, in config.db."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def removed(self) -> frozenset[int]:
        """Returns the numbers of all sites that are gone or going."""
        with translated(CONFIG.file):
            return frozenset(row[0] for row in self._db.execute(CONFIG_SQL["removed"]))

    def begin(self, number: int, at: datetime) -> bool:
        """Notes that a deleted site goes; False where there is no deleted site of that number."""
        with translated(CONFIG.file), transaction(self._db):
            self._db.execute(CONFIG_SQL["begin"], {"number": number, "at": at.isoformat()})
            return self._db.execute(CONFIG_SQL["has_begun"], (number,)).fetchone() is not None

    def end(self, number: int) -> None:
        """Deletes what is configured of a site that goes, and keys that had no other site."""
        with translated(CONFIG.file), transaction(self._db):
            if self._db.execute(CONFIG_SQL["has_begun"], (number,)).fetchone() is None:
                return
            for name, statement in CONFIG_SQL.items():
                if name.startswith("remove_"):
                    self._db.execute(statement, (number,) if "?" in statement else ())


class FigureRemover:
    """Figures of sites that go, on the connection of the one writer of stats.db."""

    def __init__(self, changing: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._changing = changing

    def remove_some(self, site: int) -> int:
        """Deletes up to ROWS_A_STEP rows of a site from one table, and returns how many."""
        for statement in STATS_SQL.values():
            with self._changing() as db:
                count = db.execute(statement, {"site": site, "limit": ROWS_A_STEP}).rowcount
            if count:
                return count
        return 0
