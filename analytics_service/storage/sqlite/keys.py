"""Keys of other programs in config.db, with their secrets as hashes only."""

import logging
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.keys import Key, Scope
from analytics_service.errors import Refused
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("config")
_Row = tuple[Any, ...]

log = logging.getLogger(__name__)


class Keys:
    """Keys with their sites; one that this release cannot read lets nobody in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def keys(self) -> list[Key]:
        """Returns all keys, oldest first; one that cannot be read is left out and named in the log."""
        sites: dict[str, set[int]] = defaultdict(set)
        with translated(FILE):
            rows = self._db.execute(SQL["keys"]).fetchall()
            for key, site in self._db.execute(SQL["key_sites"]):
                sites[key].add(site)
        keys = []
        for row in rows:
            try:
                keys.append(_key(row, frozenset(sites[row[0]])))
            except (ValueError, TypeError, msgspec.DecodeError) as error:
                log.error("key %s is left out, since it cannot be read: %s", row[0], error)
        return keys

    def add_key(self, key: Key) -> None:
        """Stores a new key. Raises Refused where there is one of that id."""
        with translated(FILE):
            try:
                with transaction(self._db):
                    self._db.execute(SQL["add_key"], _columns(key))
                    places = [(key.id, site) for site in sorted(key.sites or ())]
                    self._db.executemany(SQL["add_key_site"], places)
            except sqlite3.IntegrityError:
                raise Refused(f"there is already a key {key.id!r}") from None

    def revoke_key(self, key_id: str, at: datetime) -> Key | None:
        """Ends a key and returns it; None where there is none. One that was revoked keeps its time."""
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["revoke_key"], (_text(at), key_id))
            return next((key for key in self.keys() if key.id == key_id), None)

    def give_keys(self, user: int, to: int, name: str) -> int:
        """Gives the keys of an account to another one of that name; returns how many."""
        with translated(FILE), transaction(self._db):
            return self._db.execute(SQL["give_keys"], (to, name, user)).rowcount

    def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """Notes when keys were last used; an earlier time than the stored one changes nothing."""
        rows = [{"id": key_id, "at": _text(at)} for key_id, at in uses.items()]
        with translated(FILE), transaction(self._db):
            self._db.executemany(SQL["note_key_use"], rows)


def _key(row: _Row, sites: frozenset[int]) -> Key:
    return Key(
        id=row[0],
        secret_hash=row[1],
        name=row[2],
        scopes=frozenset(Scope(word) for word in msgspec.json.decode(row[3], type=list[str])),
        sites=None if row[4] else sites,
        origins=frozenset(msgspec.json.decode(row[5], type=list[str])),
        made_by=row[6],
        made_at=datetime.fromisoformat(row[7]),
        expires_at=_time(row[8]),
        revoked_at=_time(row[9]),
        used_at=_time(row[10]),
        user=row[11],
    )


def _columns(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "secret_hash": key.secret_hash,
        "name": key.name,
        "scopes": msgspec.json.encode(sorted(key.scopes)).decode(),
        "all_sites": key.sites is None,
        "origins": msgspec.json.encode(sorted(key.origins)).decode(),
        "made_by": key.made_by,
        "user": key.user,
        "made_at": _text(key.made_at),
        "expires_at": _text(key.expires_at) if key.expires_at else None,
        "revoked_at": _text(key.revoked_at) if key.revoked_at else None,
        "used_at": _text(key.used_at) if key.used_at else None,
    }


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
