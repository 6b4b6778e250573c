"""stats.db as the applier writes it: one connection, one transaction for facts' effect and position."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.batch import Batch
from analytics_service.domain.facts import Fact
from analytics_service.errors import LeaseLost, Unavailable, WriteFailed
from analytics_service.storage.sqlite.anonymity import Anonymiser
from analytics_service.storage.sqlite.batch_loader import Loader
from analytics_service.storage.sqlite.batch_writer import BatchWriter
from analytics_service.storage.sqlite.memory import Memory
from analytics_service.storage.sqlite.provisioning import STATS, create
from analytics_service.storage.sqlite.quarantine import QuarantineWriter
from analytics_service.storage.sqlite.retention import LateFactRetention
from analytics_service.storage.sqlite.rollups import RollupWriter
from analytics_service.storage.sqlite.sql import open_for_writing, queries, transaction, truncate_wal
from analytics_service.storage.sqlite.strings import Strings
from analytics_service.storage.sqlite.verification import VerificationWriter

FILE = STATS.file
VISITS_RESERVED = 100_000
"""How many visits' numbers are taken at a time: one small transaction for each block."""
SQL = queries("stats")

Group = tuple[str, int, bytes]
"""A journal's name, a group's number in it, and the group as it was written."""


def create_stats(folder: Path) -> None:
    """Makes or migrates stats.db. Raises Unavailable where one was and is gone."""
    create(folder, STATS)


@contextmanager
def open_stats_writer(folder: Path) -> Iterator["StatsWriter"]:
    """The only writer of stats.db; takes the lease."""
    with translated(FILE):
        connection = open_for_writing(folder / FILE, synchronous="normal")
        connection.execute("pragma wal_autocheckpoint = 0")
        connection.execute("pragma cache_size = -65536")
    with closing(connection):
        with translated(FILE):
            with transaction(connection):
                epoch = connection.execute(SQL["take_lease"]).fetchone()[0]
            writer = StatsWriter(connection, epoch)
        yield writer


class StatsWriter:
    """Loads what a batch touches, saves what the fold made of it."""

    def __init__(self, connection: sqlite3.Connection, epoch: int) -> None:
        self._db = connection
        self._memory = Memory()
        self._names = Strings(connection, self._memory)
        self._epoch = epoch
        self._visits = self._last_loaded = range(0)
        self._loader = Loader(connection, self._names, self._memory)
        self._writer = BatchWriter(connection, self._names, self._memory, self._loader)
        self._retention = LateFactRetention(connection)
        self._verification = VerificationWriter(connection, self.changing, self._memory)
        self.rollups = RollupWriter(connection, self.changing, self._verification, self._memory)
        self._anonymiser = Anonymiser(connection)
        self._quarantine = QuarantineWriter(
            connection, self.changing, self._writer, self._loader, self._anonymiser
        )

    def _one(self, statement: str, *values: object) -> tuple[int, ...]:
        row: tuple[int, ...] = self._db.execute(statement, values).fetchone()
        return row

    def verification(self) -> VerificationWriter:
        """The sums against what is behind them, on this connection."""
        return self._verification

    def quarantine(self) -> QuarantineWriter:
        """What is kept apart, on this connection."""
        return self._quarantine

    def positions(self) -> dict[str, int]:
        """The last applied group's number, by journal."""
        return {journal: seq for journal, seq, _ in self._db.execute(SQL["positions"])}

    def newest_at(self) -> int:
        """The newest time of all facts that were ever applied, in milliseconds since 1970; 0 before any."""
        with translated(FILE):
            return self._one(SQL["newest_at"])[0]

    def load(self, facts: Iterable[Fact], cap: int, day_of_fact: Callable[[Fact], date]) -> Batch:
        """Returns the working state that these facts may touch. Raises LeaseLost, WriteFailed."""
        if self._memory.is_lent:
            self._memory.clear()
        batch = list(facts)
        if len(self._visits) < len(batch):
            self._visits = self._reserve_visits(max(VISITS_RESERVED, len(batch)))
        # Taken here and not by `save`: quarantine saves what it folds by itself.
        first, self._visits = self._visits.start, self._visits[len(batch) :]
        self._last_loaded = range(first, self._visits.start)
        with self._forgetting(), translated(FILE):
            self._memory.is_lent = True
            return self._loader.load(batch, cap, day_of_fact, next_visit=first)

    def _reserve_visits(self, count: int) -> range:
        """Returns a block of numbers that no visit ever had, and that is given to nobody else."""
        with self.changing():
            last = self._one(SQL["reserve_visits"], count)[0]
        return range(last - count + 1, last + 1)

    @contextmanager
    def _forgetting(self) -> Iterator[None]:
        """Whatever fails, nobody goes on with what was learnt until then. Raises WriteFailed."""
        try:
            yield
        except BaseException as error:
            self._memory.clear()
            if isinstance(error, Unavailable):
                raise WriteFailed(str(error)) from error
            raise

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction of whoever holds the lease. Raises LeaseLost, WriteFailed."""
        with self._forgetting(), translated(FILE), transaction(self._db):
            if self._db.execute(SQL["hold_lease"], (self._epoch,)).rowcount != 1:
                raise LeaseLost
            yield self._db

    def save(self, batch: Batch, positions: Mapping[str, int], unreadable: Iterable[Group] = ()) -> None:
        """Commits what the fold changed together with the positions it read up to. Raises LeaseLost."""
        with self.changing():
            self._writer.write(batch)
            for (site, begins), (online, at) in batch.peaks.items():
                peak = {"site": site, "begins": begins, "online": online, "at": at}
                self._db.execute(SQL["save_peak"], peak)
                self._db.execute(SQL["save_online_peak"], peak)
            self._db.executemany(SQL["save_unreadable"], unreadable)
            for journal, seq in positions.items():
                self._db.execute(SQL["save_position"], {"journal": journal, "seq": seq})
        if self._last_loaded.start <= batch.next_visit <= self._last_loaded.stop == self._visits.start:
            # What the batch did not use is for the next one.
            self._visits = range(batch.next_visit, self._visits.stop)

    def checkpoint(self) -> dict[str, int]:
        """Makes commits durable; the positions durable now (none where a reader was in the way)."""
        with translated(FILE):
            positions = self.positions()
            busy, log, moved = self._one("pragma wal_checkpoint(passive)")
        if busy or log != moved:
            return {}
        with self.changing():
            for journal, seq in positions.items():
                self._db.execute(SQL["mark_durable"], {"journal": journal, "seq": seq})
        return positions

    def forget_journal(self, journal: str) -> None:
        """Drops the position of a journal that is gone."""
        with self.changing():
            self._db.execute(SQL["forget_position"], (journal,))

    def forget(self, before_ms: int, before_day: date) -> bool:
        """Drops some ids from before that instant, then makes visitors' ids from before that day others.

        Returns whether there may be more; where not, what is gone is gone from the WAL file too.
        """
        with self._retention.holding_back(), self.changing():
            more = self._retention.forget_some(before_ms, before_day) or self._anonymiser.step(before_day)
        self._memory.forget_values_before(before_day)
        if more:
            return True
        self._retention.begin_anew()
        truncate_wal(self._db)
        return False
