"""Orders to the applier, in config.db: rows that it carries out between two batches."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.tasks import Task, TaskKind, TaskState
from analytics_service.storage.sqlite.config import FILE, open_config_file
from analytics_service.storage.sqlite.sql import queries, transaction

KEPT = timedelta(days=30)
SQL = queries("config")


@contextmanager
def open_tasks(folder: Path) -> Iterator["Tasks"]:
    """The orders of a data folder."""
    with translated(FILE):
        connection = open_config_file(folder)
    try:
        yield Tasks(connection)
    finally:
        connection.close()


class Tasks:
    """Placed by whoever asks, ended by the applier."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def place(self, kind: TaskKind, arguments: Mapping[str, object], *, by: str, at: datetime) -> int:
        """Asks for something; the order's id."""
        told = msgspec.json.encode(arguments).decode()
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["forget_orders"], ((at - KEPT).isoformat(),))
            row = self._db.execute(SQL["place_order"], (kind.value, told, by, at.isoformat())).fetchone()
        number: int = row[0]
        return number

    def next(self) -> Task | None:
        """The oldest that waits."""
        return self._one("next_order")

    def find(self, number: int) -> Task | None:
        """The order of that id."""
        return self._one("order", number)

    def begin(self, number: int) -> None:
        """Counts that the applier takes it up."""
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["begin_order"], (number,))

    def note(self, number: int, answer: Mapping[str, object]) -> None:
        """Says what came in its way; it goes on waiting."""
        told = msgspec.json.encode(answer).decode()
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["note_order"], (told, number))

    def end(self, number: int, state: TaskState, answer: Mapping[str, object], *, at: datetime) -> None:
        """Says what came of it."""
        told = msgspec.json.encode(answer).decode()
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["end_order"], (state.value, told, at.isoformat(), number))

    def _one(self, statement: str, *values: object) -> Task | None:
        with translated(FILE):
            row = self._db.execute(SQL[statement], values).fetchone()
        if row is None:
            return None
        number, kind, arguments, state, answer, begun = row
        return Task(
            number,
            TaskKind(kind),
            msgspec.json.decode(arguments, type=dict[str, object]),
            TaskState(state),
            msgspec.json.decode(answer, type=dict[str, object]),
            begun=begun,
        )
