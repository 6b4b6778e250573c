"""Connections to SQLite on which a statement fails when it is told to, and what a database holds."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import pytest


class Failure(Enum):
    """What a statement fails with: SQLite's code, its words, and whether SQLite has rolled back by itself."""

    BUSY = (sqlite3.SQLITE_BUSY, "database is locked", False)
    FULL = (sqlite3.SQLITE_FULL, "database or disk is full", True)
    BROKEN = (sqlite3.SQLITE_IOERR, "disk I/O error", True)
    INTERRUPTED = (sqlite3.SQLITE_INTERRUPT, "interrupted", True)


class Plan:
    """Which statement is to fail, from now on; the first is number 1, and 0 is none."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        self.left = 0

    def check(self, connection: sqlite3.Connection) -> None:
        """Counts a statement. Raises sqlite3.OperationalError where it is the one."""
        self.left -= 1
        if self.left == 0:
            code, words, rolled_back = self.failure.value
            if rolled_back:
                sqlite3.Connection.rollback(connection)
            error = sqlite3.OperationalError(words)
            error.sqlite_errorcode = code
            raise error

    def fails_while(self, call: Callable[[], object], number: int, error: type[Exception]) -> bool:
        """Makes the statement of that number fail in the call; returns whether it has as many.

        Whoever is told of a failure is told the database, too.
        """
        self.left, told = number, ""
        try:
            call()
        except error as failure:
            told = str(failure)
        finally:
            reached, self.left = self.left <= 0, 0
        assert reached == (".db: " in told), told or "a statement failed and nobody was told"
        return reached


class FailingConnection(sqlite3.Connection):
    """A connection whose statements are counted."""

    def __init__(self, *values: Any, plan: Plan, **more: Any) -> None:
        self._plan: Plan | None = None
        super().__init__(*values, **more)
        self._plan = plan

    def execute(self, *values: Any) -> sqlite3.Cursor:
        # What tidies up after a commit may fail: the next one does it.
        if self._plan and "wal_checkpoint(truncate)" not in values[0]:
            self._plan.check(self)
        return super().execute(*values)

    def executemany(self, *values: Any) -> sqlite3.Cursor:
        if self._plan:
            self._plan.check(self)
        return super().executemany(*values)

    def commit(self) -> None:
        if self._plan:
            self._plan.check(self)
        super().commit()


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, failure: Failure) -> Iterator[Plan]:
    """All connections that are opened meanwhile follow one plan."""
    plan = Plan(failure)
    with monkeypatch.context() as patch:
        factory = partial(FailingConnection, plan=plan)
        patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=factory))
        yield plan


def content(path: Path, *left_out: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but these."""
    with closing(sqlite3.Connection(path)) as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        return {
            name: sorted(database.execute(f"select * from {name}").fetchall(), key=str)
            for name in names
            if name not in left_out
        }
