"""Tasks for the applier, as they are stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from analytics_service.domain.tasks import Task, TaskKind, TaskState


class TaskStore(Protocol):
    """Tasks, added by any process and carried out by the applier; every call may raise Unavailable."""

    def place(self, kind: TaskKind, arguments: Mapping[str, object], *, by: str, at: datetime) -> int:
        """Adds a task and returns its id; tasks that ended long ago are deleted."""
        ...

    def next(self) -> Task | None:
        """Returns the oldest task that waits; None where none does."""
        ...

    def find(self, number: int) -> Task | None:
        """Returns the task of that id; None where there is none."""
        ...

    def begin(self, number: int) -> None:
        """Counts that the applier takes the task up."""
        ...

    def note(self, number: int, answer: Mapping[str, object]) -> None:
        """Stores what came in the way of a task, which goes on waiting."""
        ...

    def end(self, number: int, state: TaskState, answer: Mapping[str, object], *, at: datetime) -> None:
        """Stores how a task ended, what came of it, and when."""
        ...
