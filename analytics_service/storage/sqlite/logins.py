"""Failed logins in config.db, and keyed hashes of addresses from which accounts signed in."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.logins import (
    ADDRESS_RETENTION,
    ATTEMPT_RETENTION,
    ATTEMPTS_OF_UNKNOWN,
    Attempt,
)
from analytics_service.storage.sqlite.instants import format_instant, parse_instant
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("people")
T = TypeVar("T")


class Logins:
    """Attempts of accounts and of names that no account has; both are bounded."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def change_attempts(
        self, who: str, change: Callable[[tuple[Attempt, ...]], tuple[T, Sequence[Attempt]]], *, at: datetime
    ) -> T:
        """Replaces the stored attempts in one transaction, and returns what `change` returned first."""
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["forget_attempts"], (format_instant(at - ATTEMPT_RETENTION),))
            stored = tuple(
                Attempt(address, parse_instant(text), bool(waits))
                for address, text, waits in self._db.execute(SQL["attempts"], (who,))
            )
            answer, changed = change(stored)
            if tuple(changed) != stored:
                self._db.execute(SQL["clear_attempts"], (who,))
                rows = [(who, one.address, format_instant(one.at), one.waits) for one in changed]
                self._db.executemany(SQL["add_attempt"], rows)
            self._db.execute(SQL["forget_unknown_attempts"], (ATTEMPTS_OF_UNKNOWN,))
            return answer

    def note_address(self, user: int, address: bytes, at: datetime) -> None:
        """Notes that an account signed in from an address; what is older than 30 days is deleted."""
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["forget_addresses"], (format_instant(at - ADDRESS_RETENTION),))
            self._db.execute(SQL["note_address"], (user, address, format_instant(at)))

    def knows_address(self, user: int, address: bytes, since: datetime) -> bool:
        """Tells whether an account signed in from an address since then."""
        with translated(FILE):
            row = self._db.execute(SQL["knows_address"], (user, address, format_instant(since))).fetchone()
        return bool(row[0])
