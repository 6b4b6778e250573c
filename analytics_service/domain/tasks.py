"""What somebody asks of the applier, the one writer of visits and figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

BEGUN_AT_MOST = 5
"""How often an order is begun; one that never ended until then fails."""


class TaskKind(StrEnum):
    """What may be asked; each leaves the same state when it is carried out twice."""

    REPAIR = "repair"
    ACCEPT = "count-suspects"
    REJECT = "suspect-visits"
    RESET_PEAK = "reset-peak"
    """Arguments: `site` and `since_ms`: records before that instant stay (ms since 1970; 0: none stays)."""
    REMOVE_SITE = "remove-site"
    """Arguments: `site`, one that was deleted and whose grace is over."""


class TaskState(StrEnum):
    """How far an order has come."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Task:
    """An order and, once it has ended, its answer; both as JSON values.

    The answer to one that waits tells the error, if any, that came in its way.
    """

    id: int
    kind: TaskKind
    arguments: Mapping[str, object]
    state: TaskState
    answer: Mapping[str, object]
    begun: int = 0
    """How often the applier took it up."""
