"""Tasks for the applier in config.db: rows that it carries out between two batches."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.tasks import Task, TaskKind, TaskState
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
RETENTION = timedelta(days=30)
"""How long a task that ended is kept."""
SQL = queries("config")


class Tasks:
    """Tasks, added by any process and ended by the applier."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def place(self, kind: TaskKind, arguments: Mapping[str, object], *, by: str, at: datetime) -> int:
        """Adds a task and returns its id; tasks that ended more than RETENTION ago are deleted."""
        text = msgspec.json.encode(arguments).decode()
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["forget_tasks"], ((at - RETENTION).isoformat(),))
            row = self._db.execute(SQL["add_task"], (kind.value, text, by, at.isoformat())).fetchone()
        number: int = row[0]
        return number

    def next(self) -> Task | None:
        """Returns the oldest task that waits; None where none does."""
        return self._one("next_task")

    def find(self, number: int) -> Task | None:
        """Returns the task of that id; None where there is none."""
        return self._one("task", number)

    def begin(self, number: int) -> None:
        """Counts that the applier takes the task up."""
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["begin_task"], (number,))

    def note(self, number: int, answer: Mapping[str, object]) -> None:
        """Stores what came in the way of a task, which goes on waiting."""
        text = msgspec.json.encode(answer).decode()
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["note_task"], (text, number))

    def end(self, number: int, state: TaskState, answer: Mapping[str, object], *, at: datetime) -> None:
        """Stores how a task ended, what came of it, and when."""
        text = msgspec.json.encode(answer).decode()
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["end_task"], (state.value, text, at.isoformat(), number))

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
