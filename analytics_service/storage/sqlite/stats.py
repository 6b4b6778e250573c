"""stats.db as the applier writes it: one connection, one transaction for facts' effect and position."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.batch import Batch
from analytics_service.domain.counts import PEAKS_KEPT
from analytics_service.domain.facts import Fact
from analytics_service.errors import LeaseLost, Unavailable, WriteFailed
from analytics_service.storage.sqlite.batch_loader import Loader
from analytics_service.storage.sqlite.provisioning import STATS, create
from analytics_service.storage.sqlite.quarantine import QuarantineWriter
from analytics_service.storage.sqlite.sql import day_number, open_for_writing, queries, transaction
from analytics_service.storage.sqlite.strings import Names
from analytics_service.storage.sqlite.verification import VerificationWriter

FILE = STATS.file
TITLES_KEPT = 100_000
WAITING_LIMIT = 100_000
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
        connection = open_for_writing(folder / FILE, journal_mode="wal", synchronous="normal")
        connection.execute("pragma wal_autocheckpoint = 0")
        connection.execute("pragma cache_size = -65536")
    with closing(connection):
        with translated(FILE):
            with transaction(connection):
                epoch = connection.execute(SQL["take_lease"]).fetchone()[0]
            writer = StatsWriter(connection, epoch)
        yield writer


@contextmanager
def _ending() -> Iterator[None]:
    """Nobody may go on with what is in memory after a transaction that failed. Raises WriteFailed."""
    try:
        yield
    except Unavailable as error:
        raise WriteFailed(str(error)) from error


class StatsWriter:
    """Loads what a batch touches, saves what the fold made of it."""

    def __init__(self, connection: sqlite3.Connection, epoch: int) -> None:
        self._db = connection
        self._names = Names(connection)
        self._titles: dict[tuple[int, str], str] = {}
        self._epoch = epoch
        self._visits = range(0)
        self._loader = Loader(connection, self._names)
        self._truth = VerificationWriter(connection, self.changing)
        self._suspects = QuarantineWriter(connection, self.changing, self._save_sums, self._loader)

    def _one(self, statement: str, *values: object) -> tuple[int, ...]:
        row: tuple[int, ...] = self._db.execute(statement, values).fetchone()
        return row

    def truth(self) -> VerificationWriter:
        """The sums against what is behind them, on this connection."""
        return self._truth

    def suspects(self) -> QuarantineWriter:
        """What is kept apart, on this connection."""
        return self._suspects

    def positions(self) -> dict[str, int]:
        """The last applied group's number, by journal."""
        return {journal: seq for journal, seq, _ in self._db.execute(SQL["positions"])}

    def newest_at(self) -> int:
        """The newest time of all facts that were ever applied, in milliseconds since 1970; 0 before any."""
        with translated(FILE):
            return self._one(SQL["newest_at"])[0]

    def load(self, facts: Iterable[Fact], cap: int, day_of_fact: Callable[[Fact], date]) -> Batch:
        """Returns the working state that these facts may touch. Raises LeaseLost, WriteFailed."""
        batch = list(facts)
        if len(self._visits) < len(batch):
            self._visits = self._reserve_visits(max(VISITS_RESERVED, len(batch)))
        with _ending(), translated(FILE):
            return self._loader.load(batch, cap, day_of_fact, next_visit=self._visits.start)

    def _reserve_visits(self, count: int) -> range:
        """Returns a block of numbers that no visit ever had, and that is given to nobody else."""
        with self.changing():
            last = self._one(SQL["reserve_visits"], count)[0]
        return range(last - count + 1, last + 1)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction of whoever holds the lease. Raises LeaseLost, WriteFailed."""
        with _ending(), translated(FILE), transaction(self._db):
            if self._db.execute(SQL["hold_lease"], (self._epoch,)).rowcount != 1:
                raise LeaseLost
            yield self._db

    def save(self, batch: Batch, positions: Mapping[str, int], unreadable: Iterable[Group] = ()) -> None:
        """Commits what the fold changed together with the positions it read up to. Raises LeaseLost."""
        with self.changing():
            self._save_visits(batch)
            self._save_ids(batch)
            self._save_sums(batch)
            self._db.execute(SQL["save_reached"], (batch.newest_at,))
            self._suspects.save(batch)
            for (site, begins), (online, at) in batch.peaks.items():
                peak = {"site": site, "begins": begins, "online": online, "at": at}
                self._db.execute(SQL["save_peak"], peak)
                self._db.execute(SQL["save_online_peak"], peak)
            self._db.executemany(SQL["save_unreadable"], unreadable)
            for journal, seq in positions.items():
                self._db.execute(SQL["save_position"], {"journal": journal, "seq": seq})
        self._visits = range(max(self._visits.start, batch.next_visit), self._visits.stop)

    def _save_visits(self, ledger: Batch) -> None:
        name = self._names.number
        self._db.executemany(
            SQL["save_visit"],
            [
                (
                    *(visit.id, visit.site, visit.visitor, day_number(visit.day)),
                    *(visit.began_at // 1000 - visit.hour, visit.began_at, visit.seen_at - visit.began_at),
                    *(name(visit.entry_page), name(visit.exit_page)),
                    *self._names.numbers_of(visit.attributes),
                    *(visit.pageviews, visit.events, visit.engaged_ms),
                )
                for visit in (ledger.visits[number] for number in sorted(ledger.changed_visits))
            ],
        )
        self._db.executemany(
            SQL["save_view"],
            [
                (
                    *(v.site, day_number(v.day), v.visit, v.ordinal, v.at, v.at // 1000 - v.hour),
                    None if v.visitor == ledger.visits[v.visit].visitor else v.visitor,
                    *(name(v.page), name(v.name)),
                )
                for v in ledger.new_views
            ],
        )
        titles = {key: title for key, title in ledger.titles.items() if self._titles.get(key) != title}
        self._db.executemany(
            SQL["save_title"], sorted((site, name(page), title) for (site, page), title in titles.items())
        )
        if len(self._titles) >= TITLES_KEPT:
            self._titles.clear()
        self._titles.update(titles)
        self._db.executemany(
            SQL["save_visitor_visit"],
            sorted((site, visitor, visit, day_number(day)) for site, visitor, visit, day in ledger.new_names),
        )

    def _save_ids(self, ledger: Batch) -> None:
        self._db.executemany(
            SQL["save_seen_id"],
            [
                (*key, view.visit, view.at, view.engaged_ms)
                for key, view in sorted((key, ledger.counted[key]) for key in ledger.changed_counted)
            ],
        )
        ended = sorted(key for key in ledger.changed_waiting if key not in ledger.waiting)
        self._db.executemany(SQL["end_pending_engagement"], ended)
        room = WAITING_LIMIT - self._one(SQL["count_pending_engagement"])[0]
        kept = sorted(key for key in ledger.changed_waiting if key in ledger.waiting)[: max(room, 0)]
        self._db.executemany(SQL["save_pending_engagement"], [(*key, *ledger.waiting[key]) for key in kept])

    def _save_sums(self, ledger: Batch) -> None:
        self._db.executemany(
            SQL["save_visitor_day"],
            sorted(
                (site, day_number(day), visitor, *ledger.first_seen[site, day, visitor])
                for site, day, visitor in ledger.changed_days
            ),
        )
        self._db.executemany(
            SQL["save_day"],
            sorted(
                (
                    site,
                    int(dimension),
                    day_number(day),
                    self._names.number(value) if value else 0,
                    *sums.row(),
                )
                for (site, dimension, day, value), sums in ledger.days.items()
            ),
        )
        self._db.executemany(
            SQL["save_hour"],
            sorted(
                (site, day_number(day), hour, *sums.row()) for (site, day, hour), sums in ledger.hours.items()
            ),
        )
        self._db.executemany(
            SQL["save_drop"],
            sorted((site, day_number(day), reason, n) for (site, day, reason), n in ledger.drops.items()),
        )

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

    def forget(self, before_ms: int, before_day: date) -> None:
        """Drops ids and waiting engagement from before that instant, names from before that day."""
        with self.changing():
            self._db.execute(SQL["forget_seen_ids"], (before_ms,))
            self._db.execute(SQL["forget_pending_engagement"], (before_ms,))
            day = day_number(before_day)
            self._db.execute(SQL["forget_peaks"], (before_ms // 1000 - int(PEAKS_KEPT.total_seconds()),))
            self._db.execute(SQL["close_visitor_days"], (day,))
            self._db.execute(SQL["close_visitor_visits"], (day,))
