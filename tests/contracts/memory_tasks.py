"""A TaskStore that keeps its tasks in memory: it shows that the port names no database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import msgspec

from analytics_service.domain.tasks import Task, TaskKind, TaskState

RETENTION = timedelta(days=30)


class MemoryTasks:
    """Tasks of one process, gone when it ends."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._tasks: dict[int, Task] = {}
        self._ended_at: dict[int, datetime] = {}

    def place(self, kind: TaskKind, arguments: Mapping[str, object], *, by: str, at: datetime) -> int:
        """Adds a task and returns its id."""
        for number, ended_at in list(self._ended_at.items()):
            if ended_at < at - RETENTION:
                del self._tasks[number], self._ended_at[number]
        number = next(self._numbers)
        self._tasks[number] = Task(number, kind, _as_json(arguments), TaskState.WAITING, {})
        return number

    def next(self) -> Task | None:
        """Returns the oldest task that waits."""
        return next((task for task in self._tasks.values() if task.state is TaskState.WAITING), None)

    def find(self, number: int) -> Task | None:
        """Returns the task of that id."""
        return self._tasks.get(number)

    def begin(self, number: int) -> None:
        """Counts that the applier takes the task up."""
        task = self._tasks[number]
        self._tasks[number] = replace(task, begun=task.begun + 1)

    def note(self, number: int, answer: Mapping[str, object]) -> None:
        """Stores what came in the way of a task."""
        self._tasks[number] = replace(self._tasks[number], answer=_as_json(answer))

    def end(self, number: int, state: TaskState, answer: Mapping[str, object], *, at: datetime) -> None:
        """Stores how a task ended."""
        self._tasks[number] = replace(self._tasks[number], state=state, answer=_as_json(answer))
        self._ended_at[number] = at


def _as_json(values: Mapping[str, object]) -> dict[str, object]:
    return msgspec.json.decode(msgspec.json.encode(values), type=dict[str, object])
