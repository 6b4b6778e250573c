"""What every SQLite file here needs: named queries, connections, migrations."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

OLDEST_SQLITE = (3, 38, 0)
SQLITE = sqlite3.sqlite_version_info
WAL_LIMIT = 16 * 1024 * 1024
"""Bytes to which a WAL file that grew is cut, once it is written from its beginning again."""
EPOCH = date(1970, 1, 1).toordinal()
_HERE = files("analytics_service.storage.sqlite")
_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def queries(file: str) -> dict[str, str]:
    """The statements of one .sql file by their names."""
    parts = _NAME.split(_HERE.joinpath(f"queries/{file}.sql").read_text("utf-8"))
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def day_number(day: date) -> int:
    """Returns how many days after 1970-01-01 a day is."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """Returns the day that is so many days after 1970-01-01."""
    return date.fromordinal(number + EPOCH)


def month_after(month: date) -> date:
    """Returns the first day of the month that follows the one of a first day."""
    return (month + timedelta(days=31)).replace(day=1)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing of it: a commit that fails is rolled back, and holds no lock."""
    connection.execute("begin immediate")
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def truncate_wal(connection: sqlite3.Connection) -> None:
    """Takes what was deleted out of the WAL file too; where a reader is in the way, the next time does it."""
    with suppress(sqlite3.Error):
        connection.execute("pragma wal_checkpoint(truncate)").fetchone()


def is_unwritable(error: sqlite3.OperationalError) -> bool:
    """Whether a database could not be opened because no file can be written beside it."""
    kind, code = error.sqlite_errorcode & 0xFF, error.sqlite_errorcode
    return kind in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or code == sqlite3.SQLITE_IOERR_SHMSIZE


def newest(file: str) -> int:
    """The version that the newest migration makes of a database."""
    return len(_steps(file))


def _steps(file: str) -> list[str]:
    names = (entry.name for entry in _HERE.joinpath("migrations").iterdir())
    return sorted(name for name in names if name.startswith(f"{file}_"))


def version_of(connection: sqlite3.Connection) -> int:
    """The version of an open database; 0 is an empty one."""
    version: int = connection.execute("pragma user_version").fetchone()[0]
    return version


def migrate(connection: sqlite3.Connection, file: str) -> None:
    """Brings a database up to the newest migration, each in one transaction."""
    for number, step in enumerate(_steps(file)[version_of(connection) :], start=version_of(connection) + 1):
        script = _HERE.joinpath(f"migrations/{step}").read_text("utf-8")
        with transaction(connection):
            for statement in script.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"pragma user_version = {number}")


def uri(path: Path, parameters: str) -> str:
    """A file's address for SQLite, with how it is opened, such as `mode=ro`."""
    return f"{path.absolute().as_uri()}?{parameters}"


def open_for_writing(
    path: Path,
    *,
    synchronous: str,
    busy: timedelta = timedelta(seconds=5),
    make: bool = False,
) -> sqlite3.Connection:
    """A connection in autocommit mode that begins its transactions itself.

    It waits for another connection's lock for `busy`. Only with `make` is a file made that is not there, and
    one of an older release brought into WAL mode, in which no reader stops a commit.
    """
    connection = sqlite3.connect(
        uri(path, "mode=rwc" if make else "mode=rw"),
        uri=True,
        isolation_level=None,
        timeout=busy.total_seconds(),
        check_same_thread=False,
    )
    if make:
        connection.execute("pragma journal_mode = wal")
    connection.execute(f"pragma journal_size_limit = {WAL_LIMIT}")
    connection.execute(f"pragma synchronous = {synchronous}")
    connection.execute("pragma secure_delete = on")
    return connection
