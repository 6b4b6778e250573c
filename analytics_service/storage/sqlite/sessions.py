"""Sessions in config.db; their tokens are stored as hashes only."""

import sqlite3
from datetime import datetime
from typing import Any

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.sessions import SESSION_RETENTION, Session, Visitor
from analytics_service.storage.sqlite.instants import format_instant, parse_instant
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("people")


class Sessions:
    """Sessions of all accounts, each found by the hash of its token."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add_session(self, session: Session, *, replaces: bytes | None = None) -> None:
        """Stores a new session, in place of the one of that hash; sessions of long ago are deleted."""
        row = {
            "token_hash": session.token_hash,
            "user": session.user,
            "made_at": format_instant(session.made_at),
            "used_at": format_instant(session.used_at),
            "confirmed_at": format_instant(session.confirmed_at),
            "is_complete": session.is_complete,
            "country": session.visitor.country,
            "browser": session.visitor.browser,
            "system": session.visitor.system,
        }
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["forget_sessions"], (format_instant(session.used_at - SESSION_RETENTION),))
            if replaces is not None:
                self._db.execute(SQL["end_session"], (replaces,))
            self._db.execute(SQL["add_session"], row)

    def find_session(self, token_hash: bytes) -> Session | None:
        """Returns the session of that hash, valid or not; None where there is none."""
        return next(iter(self._read(token_hash=token_hash)), None)

    def sessions(self, user: int | None = None) -> list[Session]:
        """Returns the sessions of an account, or of all of them, newest first."""
        return self._read(user=user)

    def touch_session(self, token_hash: bytes, at: datetime) -> None:
        """Notes that a session was used; one that ended stays ended."""
        text = format_instant(at)
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["touch_session"], (text, token_hash, text))

    def end_session(self, token_hash: bytes) -> Session | None:
        """Ends a session and returns it; None where there is none."""
        with translated(FILE), transaction(self._db):
            found = self.find_session(token_hash)
            self._db.execute(SQL["end_session"], (token_hash,))
            return found

    def end_sessions(self, user: int, *, but: bytes | None = None) -> int:
        """Ends all sessions of an account, but the one of that hash; returns how many."""
        with translated(FILE), transaction(self._db):
            return self._db.execute(SQL["end_sessions"], (user, but)).rowcount

    def _read(self, *, user: int | None = None, token_hash: bytes | None = None) -> list[Session]:
        with translated(FILE):
            rows = self._db.execute(SQL["sessions"], {"user": user, "token_hash": token_hash}).fetchall()
        return [_session(row) for row in rows]


def _session(row: tuple[Any, ...]) -> Session:
    return Session(
        token_hash=row[0],
        user=row[1],
        made_at=parse_instant(row[2]),
        used_at=parse_instant(row[3]),
        confirmed_at=parse_instant(row[4]),
        is_complete=bool(row[5]),
        visitor=Visitor(country=row[6], browser=row[7], system=row[8]),
    )
