"""Favourites in config.db: which sites an account wants to see first."""

import sqlite3

from analytics_service.disk.sqlite_errors import translated
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("notes")


class Favourites:
    """Pairs of account and site."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def favourites(self, account: str) -> frozenset[int]:
        """Returns the numbers of an account's favourite sites."""
        with translated(FILE):
            return frozenset(site for (site,) in self._db.execute(SQL["favourites"], (account,)))

    def set_favourite(self, account: str, site: int, *, is_on: bool) -> None:
        """Makes a site a favourite of an account, or no longer."""
        statement = "add_favourite" if is_on else "delete_favourite"
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL[statement], (account, site))
