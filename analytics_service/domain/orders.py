"""What somebody asks of the applier, the one writer of visits and figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

BEGUN_AT_MOST = 5
"""How often an order is begun; one that never ended until then fails."""


class OrderKind(StrEnum):
    """What may be asked; each leaves the same state when it is carried out twice."""

    REPAIR = "repair"
    COUNT_SUSPECTS = "count-suspects"
    SUSPECT_VISITS = "suspect-visits"


class OrderState(StrEnum):
    """How far an order has come."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Order:
    """An order and, once it has ended, its answer; both as JSON values.

    The answer to one that waits tells the error, if any, that came in its way.
    """

    id: int
    kind: OrderKind
    arguments: Mapping[str, object]
    state: OrderState
    answer: Mapping[str, object]
    begun: int = 0
    """How often the applier took it up."""
