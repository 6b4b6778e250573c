"""Sums and rows for answers, out of stats.db, on threads of their own; every call can be interrupted."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from threading import Event, get_native_id
from typing import TypeVar

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.buckets import Interval
from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.ranges import Grain, Range
from analytics_service.domain.selections import (
    FoundRow,
    FoundRows,
    FoundSums,
    Listing,
    Selection,
    require_kept,
)
from analytics_service.storage.sqlite.rollup_sql import (
    Source,
    bind_rollups,
    choose_source,
    read_recorded,
    unknown_in,
)
from analytics_service.storage.sqlite.row_sql import bind_period, count_rows, list_rows
from analytics_service.storage.sqlite.sql import day_of, queries, uri
from analytics_service.storage.sqlite.stats import FILE

SQL = queries("answers")
THREADS = 3
"""How many calls run at once; further ones wait for their turn."""
NICENESS = 10
PROGRESS_STEPS = 20_000
"""Steps of SQLite's virtual machine between two looks at whether the call was cancelled: milliseconds."""
_Answer = TypeVar("_Answer")


@asynccontextmanager
async def open_answers(folder: Path, *, standing_still: bool = False) -> AsyncIterator["Answers"]:
    """Opens stats.db read only for answers; `standing_still` is for a disk that takes no writes."""
    connections: SimpleQueue[sqlite3.Connection] = SimpleQueue()
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="answers", initializer=_lower_priority)
    try:
        for _ in range(THREADS):
            with translated(FILE):
                connections.put(await asyncio.to_thread(_connect, folder, standing_still=standing_still))
        yield Answers(connections, pool)
    finally:
        await asyncio.to_thread(pool.shutdown)
        while not connections.empty():
            connections.get().close()


def _lower_priority() -> None:
    """Lets beacons and the counter go first wherever all cores are busy."""
    if sys.platform == "linux":
        # There, each thread has a priority of its own.
        nice = max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0))
        os.setpriority(os.PRIO_PROCESS, get_native_id(), nice)


def _connect(folder: Path, *, standing_still: bool) -> sqlite3.Connection:
    def open_as(how: str) -> sqlite3.Connection:
        return sqlite3.connect(
            uri(folder / FILE, how), uri=True, isolation_level=None, timeout=1, check_same_thread=False
        )

    connection = open_as("mode=ro")
    if standing_still:
        try:
            connection.execute(SQL["recorded_since"]).fetchall()
        except sqlite3.Error:
            # Reading the WAL file would need a write: it is left out.
            connection.close()
            return open_as("immutable=1")
    return connection


class Answers:
    """Reads sums and rows; every call is one read transaction on a thread of the pool."""

    def __init__(self, connections: "SimpleQueue[sqlite3.Connection]", pool: ThreadPoolExecutor) -> None:
        self._connections = connections
        self._pool = pool

    async def first_days(self, site: int) -> tuple[date | None, date | None]:
        """Returns the first day with figures, and the first day whose visits and views are all stored."""

        def read(db: sqlite3.Connection) -> tuple[date | None, date | None]:
            first = db.execute(SQL["first_day"], {"site": site}).fetchone()[0]
            return None if first is None else day_of(first), read_recorded(db).kept_since

        return await self._run(read)

    async def read_sums(self, selection: Selection, step: Interval | None = None) -> FoundSums:
        """Returns the sums of each day, hour or minute of a period; without `step`, those of the whole."""

        def read(db: sqlite3.Connection) -> FoundSums:
            kept_since, engagement_since, _ = read_recorded(db)
            unknown = selection.unknown(engagement_since)
            if selection.filters or selection.period.grain is Grain.MINUTE:
                require_kept(selection.period, kept_since)
                return FoundSums(_count_rows(db, selection, step), kept_since, unknown)
            sums = _read_rollups(db, selection, step)
            _correct_first_day(db, selection, step, sums)
            return FoundSums(sums, kept_since, unknown)

        return await self._run(read)

    async def read_rows(self, selection: Selection, listing: Listing) -> FoundRows:
        """Returns rows of a breakdown, sorted; rows in which all wanted sums are 0 are left out."""

        def read(db: sqlite3.Connection) -> FoundRows:
            recorded = read_recorded(db)
            unknown = selection.unknown(recorded.engagement_since, listing.dimension)
            bound = bind_period(selection)
            source = choose_source(selection, listing.dimension, recorded)
            if source is Source.ROWS:
                require_kept(selection.period, recorded.kept_since)
                found = count_rows(selection, bound, dimension=listing.dimension)
            else:
                found = bind_rollups(db, bound, listing.dimension, source)
                unknown |= unknown_in(source, selection, listing.dimension)
            known = tuple(metric for metric in selection.sums if metric not in unknown) or selection.sums
            statement = list_rows(found, replace(selection, sums=known), listing, bound)
            rows = db.execute(statement, bound.values).fetchall()
            # A page behind the last row has no row that would say how many there are.
            total = rows[0][8] if rows else 0
            return FoundRows(tuple(_row(row) for row in rows), total, recorded.kept_since, unknown)

        return await self._run(read)

    async def _run(self, read: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Runs a call on a thread; where it is cancelled, it ends there too before this returns."""
        cancelled = Event()
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._pool, self._work, read, cancelled)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            cancelled.set()
            await asyncio.wait({future})
            # Nobody asks for what the thread raised, which is that it was cancelled.
            future.exception()
            raise

    def _work(self, read: Callable[[sqlite3.Connection], _Answer], cancelled: Event) -> _Answer:
        if cancelled.is_set():
            raise InterruptedError
        db = self._connections.get()
        try:
            with translated(FILE):
                db.set_progress_handler(cancelled.is_set, PROGRESS_STEPS)
                db.execute("begin")
                try:
                    return read(db)
                finally:
                    db.set_progress_handler(None, 0)
                    db.rollback()
        finally:
            self._connections.put(db)


def _count_rows(db: sqlite3.Connection, selection: Selection, step: Interval | None) -> dict[int, Sums]:
    bound = bind_period(selection)
    statement = count_rows(selection, bound, step=step)
    rows = db.execute(
        f"{statement} select key, sum(pageviews), sum(visits), sum(visitors), sum(bounces), sum(engaged_ms), "
        "sum(events) from found group by key",
        bound.values,
    )
    return {key: Sums(*numbers) for key, *numbers in rows}


def _read_rollups(db: sqlite3.Connection, selection: Selection, step: Interval | None) -> dict[int, Sums]:
    if step is Interval.HOUR:
        name = "hours"
    else:
        name = "days" if selection.period.grain is Grain.DAY else "days_of_hours"
    sums: dict[int, Sums] = {}
    for key, *numbers in db.execute(SQL[name], bind_period(selection).values):
        sums.setdefault(0 if step is None else key, Sums()).add(Sums(*numbers))
    return sums


def _correct_first_day(
    db: sqlite3.Connection, selection: Selection, step: Interval | None, sums: dict[int, Sums]
) -> None:
    """Counts the visitors of a day that begins late: sums of hours know the first hour of whole days."""
    period = selection.period
    begins_day = period.start.hour == period.start.minute == period.start.second == 0
    if Metric.VISITORS not in selection.sums or period.grain is Grain.DAY or begins_day or period.is_empty:
        return
    first_day = Range(
        period.start, period.end, period.first, period.first, Grain.HOUR, complete=period.complete
    )
    require_kept(first_day, read_recorded(db).kept_since)
    of_day = Selection(selection.site, first_day, (Metric.VISITORS,))
    stored = _read_rollups(db, of_day, step)
    real = _count_rows(db, of_day, step)
    for key in stored.keys() | real.keys():
        more = real.get(key, Sums()).visitors - stored.get(key, Sums()).visitors
        sums.setdefault(key, Sums()).visitors += more


def _row(row: tuple[object, ...]) -> FoundRow:
    key, *numbers, sorted_by, _, word, title = row
    return FoundRow(key, word, Sums(*numbers), sorted_by, title)  # type: ignore[arg-type]
