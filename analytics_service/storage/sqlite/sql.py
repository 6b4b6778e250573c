"""What every SQLite file here needs: named queries, connections, migrations."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from analytics_service.errors import Unavailable

OLDEST_SQLITE = (3, 38, 0)
EPOCH = date(1970, 1, 1).toordinal()
_HERE = files("analytics_service.storage.sqlite")
_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def queries(file: str) -> dict[str, str]:
    """The statements of one .sql file by their names."""
    parts = _NAME.split(_HERE.joinpath(f"queries/{file}.sql").read_text("utf-8"))
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """The day of that number."""
    return date.fromordinal(number + EPOCH)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turns the driver's errors into ours at the wall of this room."""
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable(f"{what}: {error}") from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing of it."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def migrate(connection: sqlite3.Connection, file: str) -> None:
    """Brings a database up to the newest migration. Raises Unavailable for one that is newer than us."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise Unavailable(f"SQLite {sqlite3.sqlite_version} is too old; 3.38 or newer is needed")
    steps = sorted(
        entry.name for entry in _HERE.joinpath("migrations").iterdir() if entry.name.startswith(f"{file}_")
    )
    version = connection.execute("pragma user_version").fetchone()[0]
    if version > len(steps):
        raise Unavailable(f"{file}.db was written by a newer release; install that one to open it")
    for number, step in enumerate(steps[version:], start=version + 1):
        script = _HERE.joinpath(f"migrations/{step}").read_text("utf-8")
        with transaction(connection):
            for statement in script.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"pragma user_version = {number}")


def open_for_writing(path: Path, *, journal_mode: str, synchronous: str) -> sqlite3.Connection:
    """A connection in autocommit mode that begins its transactions itself."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
    connection.execute(f"pragma journal_mode = {journal_mode}")
    connection.execute(f"pragma synchronous = {synchronous}")
    connection.execute("pragma secure_delete = on")
    return connection
