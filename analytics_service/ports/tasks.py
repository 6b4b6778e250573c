"""What somebody asks of the applier."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from analytics_service.domain.tasks import Task, TaskKind, TaskState


class TaskStore(Protocol):
    """What somebody asks of the applier."""

    def place(self, kind: TaskKind, arguments: Mapping[str, object], *, by: str, at: datetime) -> int:
        """Asks for something; the order's id."""
        ...

    def next(self) -> Task | None:
        """The oldest that waits."""
        ...

    def find(self, number: int) -> Task | None:
        """The order of that id."""
        ...

    def begin(self, number: int) -> None:
        """Counts that the applier takes it up."""
        ...

    def note(self, number: int, answer: Mapping[str, object]) -> None:
        """Says what came in its way; it goes on waiting."""
        ...

    def end(self, number: int, state: TaskState, answer: Mapping[str, object], *, at: datetime) -> None:
        """Says what came of it."""
        ...
