"""Mails in config.db: added by whoever has something to say, sent by one process at a time."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.deliveries import DELIVERY_RETENTION, Delivery, DeliveryState
from analytics_service.storage.sqlite.instants import format_instant, parse_instant
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("deliveries")


class Deliveries:
    """Mails with their state; what is in one is deleted once it is sent or given up."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add_delivery(self, delivery: Delivery) -> bool:
        """Stores a mail; False where there is one of its kind, site, period and recipient already."""
        row = {
            "kind": delivery.kind,
            "site": delivery.site,
            "period": delivery.period,
            "recipient": delivery.recipient,
            "message": delivery.message,
            "due_at": format_instant(delivery.due_at),
            "made_at": format_instant(delivery.made_at),
        }
        with translated(FILE), transaction(self._db):
            long_ago = format_instant(delivery.made_at - DELIVERY_RETENTION)
            self._db.execute(SQL["forget_deliveries"], (long_ago,))
            return self._db.execute(SQL["add_delivery"], row).rowcount == 1

    def claim_delivery(self, at: datetime, lease: timedelta) -> Delivery | None:
        """Returns the mail that has been due for longest, for the length of the lease; None where none is."""
        row = {"at": format_instant(at), "until": format_instant(at + lease)}
        with translated(FILE), transaction(self._db):
            found = self._db.execute(SQL["claim_delivery"], row).fetchone()
        return _delivery(found) if found is not None else None

    def end_delivery(self, number: int, state: DeliveryState, *, at: datetime, problem: str = "") -> None:
        """Notes that a mail was sent or is given up, and deletes what was in it."""
        row = {"id": number, "state": state.value, "at": format_instant(at), "problem": problem}
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["end_delivery"], row)

    def postpone_delivery(self, number: int, due_at: datetime, problem: str) -> None:
        """Notes why a mail could not be sent, and when it is due again."""
        row = {"id": number, "due_at": format_instant(due_at), "problem": problem}
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["postpone_delivery"], row)

    def deliveries(self, limit: int = 100) -> list[Delivery]:
        """Returns the latest mails, newest first."""
        with translated(FILE):
            return [_delivery(row) for row in self._db.execute(SQL["deliveries"], (limit,)).fetchall()]


def _delivery(row: tuple[Any, ...]) -> Delivery:
    return Delivery(
        id=row[0],
        kind=row[1],
        site=row[2],
        period=row[3],
        recipient=row[4],
        message=row[5],
        state=DeliveryState(row[6]),
        tries=row[7],
        due_at=parse_instant(row[8]),
        problem=row[9],
        made_at=parse_instant(row[10]),
    )
