"""Making and migrating the two databases; what was here and is gone is never made anew in silence."""

import logging
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from analytics_service.disk.durability import fsync_path
from analytics_service.disk.sqlite_errors import translated
from analytics_service.errors import Damaged, Unavailable
from analytics_service.ports.databases import PartState
from analytics_service.storage.sqlite.sql import (
    OLDEST_SQLITE,
    SQLITE,
    is_unwritable,
    migrate,
    newest,
    open_for_writing,
    uri,
    version_of,
)

log = logging.getLogger(__name__)

CHECKED_WHOLE_BELOW = 200 * 1024 * 1024
"""Bytes up to which a start reads every page of a database; a larger one is checked by `verify`."""
ROOM_KEPT = 32 * 1024 * 1024
"""Bytes that stay free on the disk beside the copy of a database that is migrated."""
BACKUPS = "backups"
UNFINISHED = "restore.unfinished"
"""The file that is there while a restore puts files in place."""


class Kind(NamedTuple):
    """One of the two databases and how it is written."""

    name: str
    synchronous: str
    short_lived: tuple[str, ...] = ()
    """Tables whose rows must not outlive the database in a copy."""

    @property
    def file(self) -> str:
        """The file's name in the data folder."""
        return f"{self.name}.db"

    @property
    def marker(self) -> str:
        """The name of the file that says that this database was here."""
        return f"{self.name}.marker"


STATS = Kind("stats", "normal")
CONFIG = Kind("config", "full", ("salt", "session", "login_attempt", "login_address", "turn", "delivery"))
JOURNAL_MODE = "wal"


def create(folder: Path, kind: Kind) -> None:
    """Makes or migrates a database. Raises Unavailable where one was and is gone, Damaged where it broke."""
    path, marker = folder / kind.file, folder / kind.marker
    if SQLITE < OLDEST_SQLITE:
        raise Unavailable(f"SQLite {sqlite3.sqlite_version} is too old; 3.38 or newer is needed")
    _check_finished(folder)
    if marker.exists() and (not path.exists() or not path.stat().st_size):
        raise _gone(path, kind)
    try:
        with translated(str(path)):
            _migrated(path, kind)
    except Damaged as error:
        raise Damaged(f"{error}; restore a backup with `analytics-service restore FILE --replace`") from error
    with translated(str(path)):
        path.chmod(0o600)
        if not marker.exists():
            _mark(marker)


def state_of(folder: Path, kind: Kind) -> PartState:
    """Returns what is found of a database, changing nothing. Raises Unavailable, Damaged."""
    path = folder / kind.file
    _check_finished(folder)
    if not path.exists() or not path.stat().st_size:
        return PartState.MISSING if (folder / kind.marker).exists() else PartState.ABSENT
    with translated(str(path)):
        version = _stored_version(path)
    if version > newest(kind.name):
        return PartState.NEWER
    return PartState.OLDER if version < newest(kind.name) else PartState.CURRENT


def _stored_version(path: Path) -> int:
    def read(how: str) -> int:
        with closing(sqlite3.connect(uri(path, how), uri=True, timeout=5)) as connection:
            return version_of(connection)

    try:
        return read("mode=rw")
    except sqlite3.OperationalError as error:
        if not is_unwritable(error):
            raise
        # On a read-only file system a WAL cannot be read: its file is left out.
        return read("immutable=1")


def check_release(folder: Path, kind: Kind) -> None:
    """Raises Unavailable for a database that is not there, or not of this release: nothing is changed."""
    path, state = folder / kind.file, state_of(folder, kind)
    if state is PartState.MISSING:
        raise _gone(path, kind)
    if state is PartState.ABSENT:
        raise Unavailable(f"nothing was ever served from {folder}; name the data folder with --data")
    if state is PartState.NEWER:
        raise Unavailable(f"{path} was written by a newer release; install that one to open it")
    if state is PartState.OLDER:
        raise Unavailable(f"{folder} is of an older release: start the service once to migrate it")


def _check_finished(folder: Path) -> None:
    if (folder / UNFINISHED).exists():
        raise Unavailable(
            f"a restore into {folder} was cut off: run `analytics-service restore FILE --replace` again"
        )


def _gone(path: Path, kind: Kind) -> Unavailable:
    return Unavailable(
        f"{path} is missing although it was here: restore a backup with "
        f"`analytics-service restore FILE --replace`, or begin from nothing by removing "
        f"{path.parent / kind.marker}"
    )


def _migrated(path: Path, kind: Kind) -> None:
    with closing(open_for_writing(path, synchronous=kind.synchronous, make=True)) as connection:
        version = version_of(connection)
        if not version and (path.parent / kind.marker).exists():
            raise _gone(path, kind)
        if version > newest(kind.name):
            raise Unavailable(f"{path} was written by a newer release; install that one to open it")
        if path.stat().st_size <= CHECKED_WHOLE_BELOW:
            check_whole(connection, str(path))
        if 0 < version < newest(kind.name):
            _back_up(connection, path, kind, version)
        migrate(connection, kind.name)


def _back_up(connection: sqlite3.Connection, path: Path, kind: Kind, version: int) -> None:
    """Copies a database as it is before its migration; a disk that is too full for it is told before."""
    backup = path.parent / BACKUPS / f"{kind.name}-version-{version}.db"
    size, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < size + ROOM_KEPT:
        raise Unavailable(
            f"{path} has to be copied before it is migrated: {(size + ROOM_KEPT) // 2**20} MiB are needed, "
            f"{free // 2**20} MiB are free on the disk"
        )
    log.info("copying %s, %d MiB, before it is migrated", path, size // 2**20)
    began = time.monotonic()
    copy_database(connection, backup, kind.short_lived)
    log.info("copied in %.1f s to %s", time.monotonic() - began, backup)
    log.info("%s is migrated from version %d to %d", path, version, newest(kind.name))


def check_whole(connection: sqlite3.Connection, what: str) -> None:
    """Reads every page. Raises Damaged with the first thing that is wrong."""
    with translated(what):
        found = connection.execute("pragma quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(f"{what} is damaged: {found}")


def copy_database(source: sqlite3.Connection, path: Path, without: Iterable[str] = ()) -> None:
    """A whole, checked copy on disk, readable by its owner alone; it appears under its name when complete.

    The rows of the tables in `without` are left out, and nothing of them is left in the file.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    with translated(str(partial)), closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        source.backup(copy)
        # A copy is one file: what reads it needs no -wal beside it.
        copy.execute("pragma journal_mode = delete")
        # An older release's database has not all of them.
        present = {row[0] for row in copy.execute("select name from sqlite_schema where type = 'table'")}
        for table in present.intersection(without):
            copy.execute(f"delete from {table}")
        if without:
            copy.execute("vacuum")
        check_whole(copy, str(partial))
    fsync_path(partial)
    partial.replace(path)
    fsync_path(path.parent)


def copy_config(folder: Path, path: Path) -> None:
    """config.db as it is now, without salts."""
    copy_file(folder, CONFIG, path)


def copy_file(folder: Path, kind: Kind, path: Path) -> None:
    """Copies a database as it is now, beside a running service. Raises Unavailable, Damaged."""
    source = folder / kind.file
    with (
        translated(str(source)),
        closing(sqlite3.connect(uri(source, "mode=ro"), uri=True, timeout=5)) as connection,
    ):
        copy_database(connection, path, kind.short_lived)


def journal_mode_of(path: Path) -> str:
    """The journal mode of a database, opened for reading. Raises Unavailable."""
    with (
        translated(str(path)),
        closing(sqlite3.connect(uri(path, "mode=ro"), uri=True, timeout=2)) as connection,
    ):
        mode: str = connection.execute("pragma journal_mode").fetchone()[0]
        return mode


def check_copy(path: Path, kind: Kind) -> None:
    """Opens a copy and reads every page. Raises Damaged, or Unavailable for a newer release's."""
    with (
        translated(str(path)),
        closing(sqlite3.connect(uri(path, "mode=ro"), uri=True, timeout=5)) as connection,
    ):
        if not 0 < version_of(connection) <= newest(kind.name):
            raise Unavailable(f"{path.name} in the backup is of a version that this release does not know")
        check_whole(connection, path.name)


def _mark(marker: Path) -> None:
    marker.touch(mode=0o600)
    fsync_path(marker)
    fsync_path(marker.parent)
