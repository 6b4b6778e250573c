"""Mails that are to be sent, as they are stored."""

from datetime import datetime, timedelta
from typing import Protocol

from analytics_service.domain.deliveries import Delivery, DeliveryState


class DeliveryStore(Protocol):
    """Mails in the order in which they are due; every call may raise Unavailable."""

    def add_delivery(self, delivery: Delivery) -> bool:
        """Stores a mail; False where there is one of its kind, site, period and recipient already.

        What ended long ago is deleted.
        """
        ...

    def claim_delivery(self, at: datetime, lease: timedelta) -> Delivery | None:
        """Returns the mail that has been due for longest, for the length of the lease; None where none is.

        It is one that nobody else holds a lease of; its `tries` count this one.
        """
        ...

    def end_delivery(self, number: int, state: DeliveryState, *, at: datetime, problem: str = "") -> None:
        """Notes that a mail was sent or is given up, and deletes what was in it."""
        ...

    def postpone_delivery(self, number: int, due_at: datetime, problem: str) -> None:
        """Notes why a mail could not be sent, and when it is due again."""
        ...

    def deliveries(self, limit: int = 100) -> list[Delivery]:
        """Returns the latest mails, newest first."""
        ...
