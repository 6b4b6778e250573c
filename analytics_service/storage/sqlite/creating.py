"""Making and migrating the two databases; what was here and is gone is never made anew in silence."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from analytics_service.errors import Damaged, Unavailable
from analytics_service.storage.sqlite.sql import (
    OLDEST_SQLITE,
    migrate,
    newest,
    open_for_writing,
    translated,
    version_of,
)

CHECKED_WHOLE_BELOW = 200 * 1024 * 1024
"""Bytes up to which a start reads every page of a database; a larger one is checked by `verify`."""
BACKUPS = "backups"


class Kind(NamedTuple):
    """One of the two databases and how it is written."""

    name: str
    journal_mode: str
    synchronous: str

    @property
    def file(self) -> str:
        """The file's name in the data folder."""
        return f"{self.name}.db"

    @property
    def marker(self) -> str:
        """The name of the file that says that this database was here."""
        return f"{self.name}.marker"


STATS = Kind("stats", "wal", "normal")
CONFIG = Kind("config", "delete", "full")


def create(folder: Path, kind: Kind) -> None:
    """Makes or migrates a database. Raises Unavailable where one was and is gone, Damaged where it broke."""
    path, marker = folder / kind.file, folder / kind.marker
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise Unavailable(f"SQLite {sqlite3.sqlite_version} is too old; 3.38 or newer is needed")
    if marker.exists() and (not path.exists() or not path.stat().st_size):
        raise Unavailable(
            f"{path} is missing although it was here: restore a backup with "
            f"`analytics-service restore FILE --replace`, or begin from nothing by removing {marker}"
        )
    try:
        with translated(str(path)):
            _migrated(path, kind)
    except Damaged as error:
        raise Damaged(f"{error}; restore a backup with `analytics-service restore FILE --replace`") from error
    path.chmod(0o600)
    if not marker.exists():
        _mark(marker)


def _migrated(path: Path, kind: Kind) -> None:
    with closing(
        open_for_writing(path, journal_mode=kind.journal_mode, synchronous=kind.synchronous)
    ) as connection:
        version = version_of(connection)
        if version > newest(kind.name):
            raise Unavailable(f"{path} was written by a newer release; install that one to open it")
        if path.stat().st_size <= CHECKED_WHOLE_BELOW:
            check_whole(connection, str(path))
        if 0 < version < newest(kind.name):
            backup = path.parent / BACKUPS / f"{kind.name}-version-{version}.db"
            copy_database(connection, backup)
        migrate(connection, kind.name)


def check_whole(connection: sqlite3.Connection, what: str) -> None:
    """Reads every page. Raises Damaged with the first thing that is wrong."""
    with translated(what):
        found = connection.execute("pragma quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(f"{what} is damaged: {found}")


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """A whole, checked copy on disk, readable by its owner alone; it appears under its name when complete."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        source.backup(copy)
        # A copy is one file: what reads it needs no -wal beside it.
        copy.execute("pragma journal_mode = delete")
        check_whole(copy, str(partial))
    on_disk(partial)
    partial.replace(path)
    on_disk(path.parent)


def on_disk(path: Path) -> None:
    """Flushes a file or a folder's list of names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mark(marker: Path) -> None:
    marker.touch(mode=0o600)
    on_disk(marker)
    on_disk(marker.parent)
