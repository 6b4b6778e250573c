"""stats.db as everybody else opens it: read only."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import aiosqlite

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.counts import PEAK_EACH
from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days
from analytics_service.errors import Damaged, Unavailable
from analytics_service.storage.sqlite.sql import day_number, day_of, queries, uri
from analytics_service.storage.sqlite.stats import FILE

SQL = queries("stats")


@asynccontextmanager
async def open_figures(folder: Path, *, standing_still: bool = False) -> AsyncIterator["Figures"]:
    """The figures of a data folder; every read is a short transaction of its own.

    `standing_still` is for a disk that takes no writes: where reading the WAL file would need one, that file
    is left out, and figures stay as they were at the last checkpoint.
    """
    with translated(FILE):
        connection = await _connected(folder, "mode=ro")
    left_out = standing_still and not await _can_be_read(connection)
    if left_out:
        await connection.close()
        with translated(FILE):
            connection = await _connected(folder, "immutable=1")
    try:
        yield Figures(connection, left_out=left_out)
    finally:
        await connection.close()


async def _connected(folder: Path, how: str) -> aiosqlite.Connection:
    return await aiosqlite.connect(uri(folder / FILE, how), uri=True, isolation_level=None, timeout=1)


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

    async def _rows(self, statement: str, *values: object) -> list[tuple[int, ...]]:
        try:
            with translated(FILE):
                async with self._db.execute(SQL[statement], values) as cursor:
                    return [tuple(row) for row in await cursor.fetchall()]
        except Damaged as error:
            if not self._left_out:
                raise
            # A checkpoint that a full disk cut off is whole only together with the WAL file.
            raise Unavailable(f"{FILE} cannot be read as long as the disk takes no writes") from error

    async def sums(self, site: int, days: Days, page: str | None = None) -> Sums:
        """A site's sums over local days, or one page's own."""
        row = (await self._of_days("day_sums", "page_sums", site, days, page))[0]
        return Sums(*(value or 0 for value in row))

    async def daily(self, site: int, days: Days, page: str | None = None) -> dict[date, Sums]:
        """The same day by day; a day on which nothing was counted is not there."""
        rows = await self._of_days("daily_sums", "page_daily_sums", site, days, page)
        return {day_of(day): Sums(*sums) for day, *sums in rows}

    async def _of_days(
        self, of_site: str, of_page: str, site: int, days: Days, page: str | None
    ) -> list[tuple[int, ...]]:
        first = day_number(days.first) if days.first else -(2**31)
        values = (site, first, day_number(days.last))
        return await (self._rows(of_site, *values) if page is None else self._rows(of_page, page, *values))

    async def peak(self, site: int) -> tuple[int, int] | None:
        """The most that were ever online, and when (milliseconds since 1970); None before anybody was."""
        rows = await self._rows("peak", site)
        return (rows[0][0], rows[0][1]) if rows else None

    async def peak_since(self, site: int, at_ms: int) -> tuple[int, int] | None:
        """The same of the time from then on, at most a year back."""
        begins = at_ms // 1000 - int(PEAK_EACH.total_seconds())
        rows = await self._rows("peak_since", site, begins, at_ms)
        return (rows[0][0], rows[0][1]) if rows else None

    async def position(self, journal: str) -> tuple[int, int]:
        """The last durable and the last applied group of a journal; zeros where none is."""
        rows = await self._rows("durable_seq", journal)
        return (rows[0][0], rows[0][1]) if rows else (0, 0)

    async def seen_since(self, day: date, at_ms: int) -> list[tuple[int, int, int]]:
        """Site, visitor and last instant of each visit, of that day or later, seen at `at_ms` or after."""
        rows = await self._rows("seen_since", day_number(day), at_ms)
        return [(site, visitor, seen_at) for site, visitor, seen_at in rows]
