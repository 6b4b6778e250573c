"""A worker's own journal: many beacons share one flush."""

import asyncio
import errno
import logging
import os
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from analytics_service.disk.locks import lock
from analytics_service.domain.facts import encode_group
from analytics_service.errors import Unavailable

GROUP_LIMIT = 4096


PENDING_BYTES = 16 * 1024 * 1024


PENDING_FACTS = 50_000


PROBE_INTERVAL = timedelta(seconds=2)
"""Between two looks whether the disk takes something again."""


PROBE_BYTES = 64 * 1024
BUSY_TIMEOUT = timedelta(seconds=5)


log = logging.getLogger(__name__)


_INSERT = "insert into facts (facts) values (?)"


_SCHEMA = (
    "create table if not exists facts (seq integer primary key autoincrement, facts blob not null) strict"
)


def _open(path: Path) -> sqlite3.Connection:
    # isolation_level=None: the transaction below is the only one, and it is written out.
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT.total_seconds()
    )
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma secure_delete = on")
    connection.execute(_SCHEMA)
    return connection


class NoJournal:
    """Stands in while no journal can be made: nothing is accepted until the disk takes something again.

    Then `failed` is set, so that the worker starts anew with a journal.
    """

    name = ""
    last_seq = 0
    refusal = ""

    def __init__(self, folder: Path) -> None:
        self.failed = asyncio.Event()
        self._folder = folder
        self._trying = asyncio.create_task(self._try())

    async def _try(self) -> None:
        probe = self._folder / f"probe-{os.getpid()}"
        try:
            while not self.failed.is_set():
                await asyncio.sleep(PROBE_INTERVAL.total_seconds())
                with suppress(OSError):
                    await asyncio.to_thread(_write_and_remove, probe)
                    self.failed.set()
        except Exception:
            log.exception("whether the disk takes something cannot be found out, so this worker ends")
            self.failed.set()

    def append(self, fact: bytes) -> asyncio.Future[None]:
        """Raises Unavailable, whatever is to be appended."""
        raise Unavailable(f"no journal can be made for {len(fact)} bytes")

    def passed(self, seq: int) -> None:
        """Does nothing: there is nothing to delete."""

    async def sweep(self) -> None:
        """Does nothing: there is nothing to take out."""

    def look(self) -> None:
        """Does nothing: there is no file that could be gone."""

    async def close(self) -> None:
        """Stops looking whether the disk takes something."""
        self._trying.cancel()
        await asyncio.wait([self._trying])


def _write_and_remove(probe: Path) -> None:
    """Raises OSError where the disk takes nothing."""
    try:
        with probe.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        probe.unlink(missing_ok=True)


def _remove_locks_of_nothing(folder: Path) -> None:
    """Removes locks that were left where a journal was being made, or removed, as its process ended."""
    with suppress(OSError, Unavailable):
        for path in folder.glob("*.lock"):
            journal = path.with_suffix(".db")
            if not journal.exists() and (held := lock(path)) is not None:
                if not journal.exists():
                    path.unlink()
                os.close(held)


@asynccontextmanager
async def open_journal(folder: Path, name: str) -> AsyncIterator["Journal"]:
    """A new journal under a name never used before. Raises Unavailable where the disk refuses it."""
    _remove_locks_of_nothing(folder)
    held = lock(folder / f"{name}.lock")
    if held is None:
        raise Unavailable(f"journal {name} belongs to another worker")
    try:
        connection = _open(folder / f"{name}.db")
    except (sqlite3.Error, OSError) as error:
        os.close(held)
        _remove_locks_of_nothing(folder)
        raise Unavailable(f"no journal can be made in {folder}: {error}") from error
    journal = Journal(folder / f"{name}.db", connection)
    try:
        yield journal
    finally:
        await journal.close()
        os.close(held)


class Journal:
    """Appends facts; each future is done once its whole group is on disk.

    While `refusal` says why, nothing is taken.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.name = path.stem
        self.refusal = ""
        self.failed = asyncio.Event()
        self.last_seq = 0
        self._path = path
        self._file = path.stat().st_ino
        self._db = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._done: asyncio.Future[None] | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._passed = 0
        self._deleted = 0
        self._swept = 0

    def append(self, fact: bytes) -> asyncio.Future[None]:
        """Returns a future that is done when the fact is on disk. Raises Unavailable if it is not taken."""
        if self.failed.is_set():
            raise Unavailable("the journal cannot be written")
        if self.refusal:
            raise Unavailable(self.refusal)
        if len(self._pending) >= PENDING_FACTS or self._pending_bytes + len(fact) > PENDING_BYTES:
            raise Unavailable("the disk is slower than the visitors", retry_after=2)
        self._pending.append(fact)
        self._pending_bytes += len(fact)
        if self._done is None:
            self._done = asyncio.get_running_loop().create_future()
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return self._done

    def passed(self, seq: int) -> None:
        """Notes that groups up to `seq` are applied and durable: the next transaction deletes them."""
        self._passed = max(self._passed, seq)

    async def sweep(self) -> None:
        """Deletes what is applied although nothing new comes, and takes it out of the WAL file, too."""
        is_busy = self._flushing is not None or self._passed < self.last_seq
        if is_busy or self._swept == self.last_seq or self.failed.is_set():
            return
        seq = self.last_seq
        try:
            is_clean = await asyncio.get_running_loop().run_in_executor(self._thread, self._delete, seq)
        except (sqlite3.Error, OSError) as error:
            self._fail(None, error)
        else:
            self._swept = seq if is_clean else self._swept

    def look(self) -> None:
        """Ends the journal where its file is gone."""
        try:
            self._check()
        except OSError as error:
            if not self.failed.is_set():
                self._fail(None, error)

    def _check(self) -> None:
        """Raises OSError where the open file is not the one in the folder: nobody finds what it takes."""
        if os.stat(self._path).st_ino != self._file:
            raise FileNotFoundError(errno.ENOENT, "was replaced", str(self._path))

    async def _flush(self) -> None:
        """Commits groups until none is left: a group is whatever arrived while the last one was flushed."""
        loop = asyncio.get_running_loop()
        while self._pending and self._done is not None:
            group, done = self._pending, self._done
            self._pending, self._pending_bytes, self._done = [], 0, None
            try:
                self.last_seq = await loop.run_in_executor(self._thread, self._commit, group)
            except BaseException as error:
                self._fail(done, error)
                if isinstance(error, Exception):
                    return
                raise
            if not done.cancelled():
                done.set_result(None)
        self._flushing = None

    def _fail(self, done: asyncio.Future[None] | None, error: BaseException) -> None:
        # The kernel may have marked lost pages as clean: nothing after this may be answered with a 2xx.
        is_bug = not isinstance(error, (sqlite3.Error, OSError))
        log.error(
            "journal %s cannot be flushed, so this worker ends: %s",
            self.name,
            error,
            exc_info=error if is_bug else None,
        )
        self.failed.set()
        waiting, self._done, self._pending, self._pending_bytes = self._done, None, [], 0
        for future in (done, waiting):
            if future is not None and not future.done():
                future.set_exception(Unavailable("the disk did not take it"))
                future.exception()

    def _commit(self, group: list[bytes]) -> int:
        seq = self._write(group)
        self._check()
        return seq

    def _write(self, group: list[bytes]) -> int:
        if self._passed == self._deleted and len(group) <= GROUP_LIMIT:
            # A transaction of its own. Each statement more would have to win the interpreter's lock again.
            return self._db.execute(_INSERT, (encode_group(group),)).lastrowid or 0
        seq = 0
        self._db.execute("begin immediate")
        try:
            if self._passed > self._deleted:
                self._db.execute("delete from facts where seq <= ?", (self._passed,))
            for start in range(0, len(group), GROUP_LIMIT):
                row = (encode_group(group[start : start + GROUP_LIMIT]),)
                seq = self._db.execute(_INSERT, row).lastrowid or 0
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()
        self._deleted = self._passed
        return seq

    def _delete(self, seq: int) -> bool:
        """Returns whether nothing stood in the way of emptying the WAL file. Raises sqlite3.Error."""
        self._db.execute("delete from facts where seq <= ?", (seq,))
        self._deleted = max(self._deleted, seq)
        # No beacon waits for a reader of the file: the next sweep does it.
        self._db.execute("pragma busy_timeout = 0")
        try:
            is_busy, _, _ = self._db.execute("pragma wal_checkpoint(truncate)").fetchone()
            return not is_busy
        finally:
            self._db.execute(f"pragma busy_timeout = {BUSY_TIMEOUT // timedelta(milliseconds=1)}")

    async def close(self) -> None:
        """Flushes what is pending, then closes the file."""
        if self._flushing is not None:
            await asyncio.wait([self._flushing])
        self._thread.shutdown()
        self._db.close()
