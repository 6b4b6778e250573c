"""The audit log in config.db: rows are added, counted within a minute, and deleted after the retention."""

import sqlite3
from datetime import timedelta
from typing import Any

import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.audit import AUDIT_RETENTION, Entry, Event
from analytics_service.storage.sqlite.instants import format_instant, parse_instant
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("people")
NEWEST = 2**62


class Audit:
    """Entries of the log, newest first."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add_entry(self, entry: Entry) -> None:
        """Stores an entry; those older than the retention are deleted."""
        with translated(FILE), transaction(self._db):
            self._add(entry)

    def count_entry(self, entry: Entry) -> None:
        """Stores an entry, or counts it in the one of its event and subject within the same minute."""
        minute = entry.at.replace(second=0, microsecond=0)
        same = {
            "event": entry.event.value,
            "subject": entry.subject,
            "country": entry.country,
            "browser": entry.browser,
            "from": format_instant(minute),
            "to": format_instant(minute + timedelta(minutes=1)),
        }
        with translated(FILE), transaction(self._db):
            if not self._db.execute(SQL["count_entry"], same).rowcount:
                self._add(entry)

    def _add(self, entry: Entry) -> None:
        row = {
            "at": format_instant(entry.at),
            "by": entry.by,
            "event": entry.event.value,
            "subject": entry.subject,
            "site": entry.site,
            "details": msgspec.json.encode(dict(entry.details)).decode(),
            "country": entry.country,
            "browser": entry.browser,
        }
        self._db.execute(SQL["forget_entries"], (format_instant(entry.at - AUDIT_RETENTION),))
        self._db.execute(SQL["add_entry"], row)

    def entries(self, *, before: int | None = None, limit: int = 100, site: int | None = None) -> list[Entry]:
        """Returns entries, newest first: of one site or all, those before that number."""
        values = {"before": NEWEST if before is None else min(before, NEWEST), "limit": limit, "site": site}
        with translated(FILE):
            rows = self._db.execute(SQL["entries" if site is None else "entries_of_site"], values).fetchall()
        return [_entry(row) for row in rows if row[3] in _KNOWN]


_KNOWN = frozenset(Event)


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(
        id=row[0],
        at=parse_instant(row[1]),
        by=row[2],
        event=Event(row[3]),
        subject=row[4],
        site=row[5],
        details=msgspec.json.decode(row[6], type=dict[str, str]),
        country=row[7],
        browser=row[8],
    )
