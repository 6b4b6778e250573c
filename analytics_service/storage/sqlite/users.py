"""Accounts in config.db, with their roles; a change of one is one transaction."""

import logging
import sqlite3
from collections import defaultdict
from dataclasses import replace
from typing import Any

import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.accounts import Account
from analytics_service.domain.principals import Role
from analytics_service.errors import Refused
from analytics_service.ports.users import Change
from analytics_service.storage.sqlite.instants import format_instant, parse_instant
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("people")

log = logging.getLogger(__name__)


class Users:
    """Accounts; one that this release cannot read lets nobody in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def users(self) -> list[Account]:
        """Returns all accounts by their names; one that cannot be read is left out and named in the log."""
        with translated(FILE):
            return self._read()

    def has_users(self) -> bool:
        """Tells whether there is any account, readable or not."""
        with translated(FILE):
            return bool(self._db.execute(SQL["has_users"]).fetchone()[0])

    def find_user(self, name: str) -> Account | None:
        """Returns the account of that name; None where there is none."""
        with translated(FILE):
            return next(iter(self._read(name=name)), None)

    def user(self, user_id: int) -> Account | None:
        """Returns the account of that number; None where there is none."""
        with translated(FILE):
            return next(iter(self._read(user_id)), None)

    def add_user(
        self, account: Account, *, token_hash: bytes | None = None, is_first: bool = False
    ) -> Account:
        """Stores a new account and returns it with its number. Raises Refused."""
        with translated(FILE), transaction(self._db):
            self._use_up(token_hash)
            if is_first and self._db.execute(SQL["has_users"]).fetchone()[0]:
                raise Refused("there is an account already")
            if self._read(name=account.name):
                raise Refused(f"there is already an account {account.name!r}")
            row = self._db.execute(SQL["add_user"], _columns(account)).fetchone()
            self._write_roles(row[0], account)
            return replace(account, id=row[0])

    def change_user(
        self, user_id: int, change: Change, *, ends_sessions: bool = False, token_hash: bytes | None = None
    ) -> Account | None:
        """Changes or removes an account in one transaction; None where there is none or it is removed."""
        with translated(FILE), transaction(self._db):
            found = next(iter(self._read(user_id)), None)
            if found is None:
                return None
            self._use_up(token_hash)
            others = self._db.execute(SQL["other_administrators"], (user_id,)).fetchone()[0]
            changed = change(found, others)
            if ends_sessions or changed is None:
                self._db.execute(SQL["end_sessions"], (user_id, None))
            self._db.execute(SQL["clear_user_sites"], (user_id,))
            if changed is None:
                for statement in ("clear_user_one_times", "clear_user_addresses"):
                    self._db.execute(SQL[statement], (user_id,))
                self._db.execute(SQL["clear_user_attempts"], (f"user:{user_id}",))
                self._db.execute(SQL["remove_user"], (user_id,))
                return None
            if changed.name != found.name and self._read(name=changed.name):
                raise Refused(f"there is already an account {changed.name!r}")
            self._db.execute(SQL["set_user"], {**_columns(changed), "id": user_id})
            self._write_roles(user_id, changed)
            return changed

    def _use_up(self, token_hash: bytes | None) -> None:
        if token_hash is not None and not self._db.execute(SQL["end_one_time"], (token_hash,)).rowcount:
            raise Refused("this code or link was used already")

    def _write_roles(self, user_id: int, account: Account) -> None:
        rows = [(user_id, site, role.value) for site, role in sorted(account.roles.items())]
        self._db.executemany(SQL["add_user_site"], rows)

    def _read(self, user_id: int | None = None, name: str | None = None) -> list[Account]:
        roles: dict[int, dict[int, int]] = defaultdict(dict)
        for user, site, role in self._db.execute(SQL["user_sites"], {"id": user_id}):
            roles[user][site] = role
        found = []
        for row in self._db.execute(SQL["users"], {"id": user_id, "name": name}).fetchall():
            try:
                found.append(_account(row, roles[row[0]]))
            except (ValueError, TypeError, msgspec.DecodeError) as error:
                log.error("account %s is left out, since it cannot be read: %s", row[0], error)
        return found


def _account(row: tuple[Any, ...], roles: dict[int, int]) -> Account:
    return Account(
        id=row[0],
        name=row[1],
        email=row[2],
        language=row[3],
        password_hash=row[4],
        has_long_password=bool(row[5]),
        is_administrator=bool(row[6]),
        roles={site: Role(role) for site, role in roles.items()},
        factor=row[7],
        factor_step=row[8],
        recovery_codes=frozenset(bytes.fromhex(one) for one in msgspec.json.decode(row[9], type=list[str])),
        made_at=parse_instant(row[10]),
        made_by=row[11],
    )


def _columns(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "email": account.email,
        "language": account.language,
        "password_hash": account.password_hash,
        "has_long_password": account.has_long_password,
        "is_administrator": account.is_administrator,
        "factor": account.factor,
        "factor_step": account.factor_step,
        "recovery_codes": msgspec.json.encode(sorted(one.hex() for one in account.recovery_codes)).decode(),
        "made_at": format_instant(account.made_at),
        "made_by": account.made_by,
    }
