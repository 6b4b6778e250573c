"""Codes and links that work once in config.db, as hashes only."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any

import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.one_time import LIFETIMES, OneTime, Purpose
from analytics_service.domain.principals import Role
from analytics_service.errors import Refused
from analytics_service.storage.sqlite.instants import format_instant, parse_instant
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("people")
LONGEST = max(LIFETIMES.values())


class OneTimes:
    """One-time codes and links; accounts use them up in the transaction that they are good for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add_one_time(self, one: OneTime, *, is_only: bool = False) -> None:
        """Stores a new one. Raises Refused for a code for the first account where there is an account."""
        row = {
            "token_hash": one.token_hash,
            "purpose": one.purpose.value,
            "user": one.user,
            "name": one.name,
            "email": one.email,
            "is_administrator": one.is_administrator,
            "roles": msgspec.json.encode(
                {str(site): role.value for site, role in one.roles.items()}
            ).decode(),
            "made_at": format_instant(one.made_at),
            "made_by": one.made_by,
        }
        with translated(FILE), transaction(self._db):
            if one.purpose is Purpose.FIRST_ACCOUNT and self._db.execute(SQL["has_users"]).fetchone()[0]:
                raise Refused("there is an account already, so there is no code for the first one")
            self._db.execute(SQL["forget_one_times"], (format_instant(one.made_at - LONGEST),))
            if is_only:
                self._db.execute(SQL["end_one_times"], (one.purpose.value, one.user))
            self._db.execute(SQL["add_one_time"], row)

    def find_one_time(self, token_hash: bytes) -> OneTime | None:
        """Returns the one of that hash, valid or not; None where it was never made or is used up."""
        return next(iter(self._read(token_hash=token_hash)), None)

    def one_times(self, purpose: Purpose) -> list[OneTime]:
        """Returns all of a purpose, newest first."""
        return self._read(purpose=purpose.value)

    def end_one_time(self, token_hash: bytes) -> OneTime | None:
        """Ends one and returns it; None where there is none."""
        with translated(FILE), transaction(self._db):
            found = self.find_one_time(token_hash)
            self._db.execute(SQL["end_one_time"], (token_hash,))
            return found

    def take_turn(self, name: str, at: datetime, pause: timedelta) -> bool:
        """Tells whether the last turn of that name is that long ago, and takes it then."""
        row = {
            "name": name,
            "at_ms": int(at.timestamp() * 1000),
            "pause_ms": int(pause / timedelta(milliseconds=1)),
        }
        with translated(FILE), transaction(self._db):
            return self._db.execute(SQL["take_turn"], row).fetchone() is not None

    def _read(self, *, purpose: str | None = None, token_hash: bytes | None = None) -> list[OneTime]:
        with translated(FILE):
            rows = self._db.execute(
                SQL["one_times"], {"purpose": purpose, "token_hash": token_hash}
            ).fetchall()
        return [_one_time(row) for row in rows]


def _one_time(row: tuple[Any, ...]) -> OneTime:
    return OneTime(
        token_hash=row[0],
        purpose=Purpose(row[1]),
        user=row[2],
        name=row[3],
        email=row[4],
        is_administrator=bool(row[5]),
        roles={
            int(site): Role(role) for site, role in msgspec.json.decode(row[6], type=dict[str, int]).items()
        },
        made_at=parse_instant(row[7]),
        made_by=row[8],
    )
