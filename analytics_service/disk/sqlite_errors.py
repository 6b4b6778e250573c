"""SQLite's errors, translated into ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from analytics_service.errors import Damaged, Outdated, Unavailable

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turns the driver's and the disk's errors into Damaged, Outdated and Unavailable; `what` is the file."""
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{error.filename or what}: {error.strerror}") from error
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
            raise Damaged(f"{what} is damaged: {error}") from error
        if str(error).startswith(("no such table", "no such column")):
            raise Outdated(f"{what} is of another release: {error}") from error
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE:
            raise Unavailable(f"{what}: database or disk is full") from error
        raise Unavailable(f"{what}: {error}") from error
