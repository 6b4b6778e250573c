"""Salts in config.db, one for each site and local day."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from analytics_service.disk.sqlite_errors import translated
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction, truncate_wal

FILE = CONFIG.file
SQL = queries("config")


class Salts:
    """Salts that visitors' ids are made with; what is destroyed is overwritten."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def salts(self, since: date) -> dict[int, dict[date, bytes]]:
        """The salts of that local day and later, by site's number."""
        with translated(FILE):
            found: dict[int, dict[date, bytes]] = defaultdict(dict)
            for site, day, salt in self._db.execute(SQL["salts"], (since.isoformat(),)):
                found[site][date.fromisoformat(day)] = salt
            return dict(found)

    def days(self) -> dict[int, set[date]]:
        """The local days that have a salt, by site's number, without reading a salt."""
        with translated(FILE):
            found: dict[int, set[date]] = defaultdict(set)
            for site, day in self._db.execute(SQL["salt_days"]):
                found[site].add(date.fromisoformat(day))
            return dict(found)

    def offer_salts(self, candidates: Iterable[tuple[int, date, bytes]]) -> None:
        """Offers a salt for a site's local day: the first candidate offered for it wins."""
        with translated(FILE), transaction(self._db):
            self._db.executemany(
                SQL["offer_salt"], [(site, day.isoformat(), salt) for site, day, salt in candidates]
            )

    def destroy_salts(self, before: Mapping[int, date]) -> None:
        """Destroys each site's salts of the days before the given one."""
        with translated(FILE), transaction(self._db):
            self._db.executemany(
                SQL["destroy_salts"], [(site, day.isoformat()) for site, day in before.items()]
            )
        truncate_wal(self._db)
