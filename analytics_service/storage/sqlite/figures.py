"""stats.db as everybody else opens it: read only."""

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import aiosqlite
import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.counts import PEAK_EACH
from analytics_service.domain.figures import FigureQuery, StoredFigures
from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days
from analytics_service.errors import Damaged, Unavailable
from analytics_service.storage.sqlite.sql import day_number, day_of, queries, uri
from analytics_service.storage.sqlite.stats import FILE

SQL = queries("stats")
_OF_PERIOD, _OF_DAY, _PEAK, _PEAK_SINCE = range(4)
"""The kinds of rows that `site_figures` and `page_figures` return."""
_FIRST_DAY = -(2**31)
_NO_DAYS = Days(date.max, date.min)


@asynccontextmanager
async def open_figures(folder: Path, *, standing_still: bool = False) -> AsyncIterator["Figures"]:
    """The figures of a data folder; every read is a short transaction of its own.

    `standing_still` is for a disk that takes no writes: where reading the WAL file would need one, that file
    is left out, and figures stay as they were at the last checkpoint.
    """
    with translated(FILE):
        connection = await _connect(folder, "mode=ro")
    left_out = standing_still and not await _can_be_read(connection)
    if left_out:
        await connection.close()
        with translated(FILE):
            connection = await _connect(folder, "immutable=1")
    try:
        yield Figures(connection, left_out=left_out)
    finally:
        await connection.close()


async def _connect(folder: Path, how: str) -> aiosqlite.Connection:
    file = uri(folder / FILE, how)
    # Where aiosqlite cannot open a file, its thread goes on for a moment and may outlive the event loop.
    sqlite3.connect(file, uri=True).close()
    return await aiosqlite.connect(file, uri=True, isolation_level=None, timeout=1)


async def _can_be_read(connection: aiosqlite.Connection) -> bool:
    try:
        await (await connection.execute(SQL["positions"])).fetchall()
    except sqlite3.Error:
        return False
    return True


class Figures:
    """Reads sums, positions and who was seen; `left_out` says that the WAL file is not read."""

    def __init__(self, connection: aiosqlite.Connection, *, left_out: bool = False) -> None:
        self._db = connection
        self._left_out = left_out

    async def _rows(
        self, statement: str, values: Sequence[object] | Mapping[str, object]
    ) -> list[tuple[int, ...]]:
        try:
            with translated(FILE):
                async with self._db.execute(SQL[statement], values) as cursor:
                    return [tuple(row) for row in await cursor.fetchall()]
        except Damaged as error:
            if not self._left_out:
                raise
            # A checkpoint that a full disk cut off is whole only together with the WAL file.
            raise Unavailable(f"{FILE} cannot be read as long as the disk takes no writes") from error

    async def read(self, site: int, query: FigureQuery) -> StoredFigures:
        """Returns all figures of one question as they are at one moment. Raises Unavailable."""
        if not query.periods and query.daily is None and query.peaks_since is None:
            return StoredFigures()
        daily = query.daily or _NO_DAYS
        values: dict[str, object] = {
            "site": site,
            "periods": msgspec.json.encode([_numbers(days) for days in query.periods]).decode(),
            "first": _numbers(daily)[0],
            "last": _numbers(daily)[1],
        }
        if query.page is None:
            since = query.peaks_since
            values["peaks_since"] = since
            values["peaks_begin"] = None if since is None else since // 1000 - int(PEAK_EACH.total_seconds())
            rows = await self._rows("site_figures", values)
        else:
            rows = await self._rows("page_figures", {**values, "page": query.page})
        return _stored(rows, len(query.periods))

    async def position(self, journal: str) -> tuple[int, int]:
        """The last durable and the last applied group of a journal; zeros where none is."""
        rows = await self._rows("durable_seq", (journal,))
        return (rows[0][0], rows[0][1]) if rows else (0, 0)

    async def reached(self) -> tuple[int, dict[str, int]]:
        """The newest time of all applied facts (ms since 1970), and each journal's last applied group."""
        rows = await self._rows("newest_and_positions", ())
        return max((row[0] for row in rows), default=0), {str(row[1]): row[2] for row in rows if row[1]}

    async def seen_since(self, day: date, at_ms: int) -> list[tuple[int, int, int]]:
        """Returns site, visitor and last instant of visits of that day or later that were seen since `at_ms`.

        The visitor is named as in the visit's last view or event: over midnight that is not its first name.
        """
        rows = await self._rows("seen_since", {"day": day_number(day), "seen_at": at_ms})
        return [(site, visitor, seen_at) for site, visitor, seen_at in rows]


def _numbers(days: Days) -> tuple[int, int]:
    return (_FIRST_DAY if days.first is None else day_number(days.first)), day_number(days.last)


def _stored(rows: list[tuple[int, ...]], periods: int) -> StoredFigures:
    """The figures of rows, each with its kind and a key before six numbers; sums over no day are zeros."""
    sums = [Sums()] * periods
    daily: dict[date, Sums] = {}
    records: dict[int, tuple[int, int]] = {}
    for kind, key, *numbers in rows:
        if kind == _OF_PERIOD:
            sums[key] = Sums(*numbers)
        elif kind == _OF_DAY:
            daily[day_of(key)] = Sums(*numbers)
        else:
            records[kind] = (numbers[0], numbers[1])
    return StoredFigures(tuple(sums), daily, records.get(_PEAK), records.get(_PEAK_SINCE))
