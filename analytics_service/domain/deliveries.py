"""Mails on their way: sent at least once, tried again for a day, then given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LEASE = timedelta(minutes=5)
"""How long a mail belongs to the process that took it up; after that another takes it."""
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=15),
)
"""Before each further try."""
DELIVERY_RETENTION = timedelta(days=30)
"""How long it is kept that a mail was sent, without what was in it."""


class DeliveryState(StrEnum):
    """What became of a mail."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A mail to one recipient: one of its kind for each site, period and recipient.

    `message` holds the bytes of the whole mail, of which nothing is left once it is sent or given up.
    """

    id: int = 0
    kind: str
    site: int = 0
    period: str
    recipient: str
    message: bytes
    state: DeliveryState = DeliveryState.WAITING
    tries: int = 0
    due_at: datetime
    problem: str = ""
    made_at: datetime


def next_try(tries: int, at: datetime) -> datetime | None:
    """Returns when a mail that failed so often is tried again; None where it is given up."""
    return at + PAUSES[tries - 1] if tries <= len(PAUSES) else None
