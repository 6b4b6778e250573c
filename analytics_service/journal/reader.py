"""Reading journals back, as the applier does."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from analytics_service.disk.durability import fsync_path
from analytics_service.disk.locks import lock
from analytics_service.disk.sqlite_errors import translated
from analytics_service.errors import Damaged

GROUPS_A_READ = 200
_AFTER = "select seq, facts from facts where seq > ? order by seq limit ?"
# The database goes last but for its lock: what a power cut leaves is found again by its name.
_SUFFIXES = (".db-wal", ".db-shm", ".db-journal", ".db", ".lock")


class FolderJournals:
    """The journals of one folder, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, sqlite3.Connection] = {}

    def names(self) -> list[str]:
        """Returns the names of all journals in the folder."""
        names = sorted(path.stem for path in self._folder.glob("*.db"))
        for gone in self._open.keys() - set(names):
            self._open.pop(gone).close()
        return names

    def groups_after(self, name: str, seq: int, limit: int = GROUPS_A_READ) -> list[tuple[int, bytes]]:
        """Returns at most `limit` groups after `seq`, in order, in one short transaction.

        Raises Damaged where the file is none any more, Unavailable where it cannot be read now.
        """
        with translated(f"journal {name}"):
            try:
                return self._connection(name).execute(_AFTER, (seq, limit)).fetchall()
            except sqlite3.OperationalError as error:
                # Its worker has not made it yet, or ended while it did: a rollback journal is there only
                # until WAL mode is set, and facts come after that.
                unmade = error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK
                if unmade or "no such table" in str(error):
                    return []
                raise

    def _connection(self, name: str) -> sqlite3.Connection:
        connection = self._open.get(name)
        if connection is None:
            path = self._folder / f"{name}.db"
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=2)
            self._open[name] = connection
        return connection

    def last(self, name: str) -> int:
        """Returns the number of the last group ever written; 0 before the first."""
        with translated(f"journal {name}"):
            row = self._connection(name).execute("select seq from sqlite_sequence").fetchone()
        return row[0] if row else 0

    def copy(self, name: str, path: Path) -> None:
        """Copies the journal as it is now, whole and checked, into a new file."""
        with translated(f"journal {name}"), closing(sqlite3.connect(path, isolation_level=None)) as copy:
            self._connection(name).backup(copy)
            copy.execute("pragma journal_mode = delete")
            found = copy.execute("pragma quick_check(1)").fetchone()[0]
        if found != "ok":
            raise Damaged(f"journal {name} is damaged: {found}")

    def remove_if_left(self, name: str, applied: int) -> bool:
        """Removes the journal of a worker that is gone, if nothing in it is newer than `applied`."""
        held = lock(self._folder / f"{name}.lock")
        if held is None:
            return False
        try:
            if self.groups_after(name, applied, limit=1):
                return False
            if connection := self._open.pop(name, None):
                connection.close()
            with translated(f"journal {name}"):
                for suffix in _SUFFIXES:
                    (self._folder / f"{name}{suffix}").unlink(missing_ok=True)
                # A journal that came back after its position was forgotten would be applied again.
                fsync_path(self._folder)
            return True
        finally:
            os.close(held)

    def close(self) -> None:
        """Closes the file of every journal."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()
