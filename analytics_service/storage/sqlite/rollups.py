"""Sums of months, and of days that an older release added up, made in short steps beside counting."""

import logging
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.dimensions import BROKEN_DOWN
from analytics_service.domain.verification import Part
from analytics_service.errors import Unavailable
from analytics_service.storage.sqlite.memory import Memory
from analytics_service.storage.sqlite.sql import day_number, day_of, month_after, queries
from analytics_service.storage.sqlite.verification import FILE, VerificationWriter

SQL = queries("rollups")
MONTH_OVER = timedelta(days=4)
"""How long after a month its sums are made: later, few facts of it come."""
ROWS_A_STEP = 20_000
"""How many values of a month one transaction sums, and those of one dimension more."""
ROOM_KEPT = 64 * 1024 * 1024
"""Bytes that stay free on the disk beside what the sums of older days may take."""

log = logging.getLogger(__name__)


class RollupWriter:
    """The applier's hand on sums of sums, on its connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        verification: VerificationWriter,
        memory: Memory,
    ) -> None:
        self._db = connection
        self._changing = changing
        self._verification = verification
        self._memory = memory
        self._day = 0
        self._parts: list[tuple[int, Part]] | None = None
        self._months: list[tuple[int, int]] = []
        self._looked_on: date | None = None

    def sum_older(self) -> bool:
        """Adds up a part of a day that an older release has summed; returns whether there may be more."""
        try:
            return self._sum_older()
        except BaseException:
            # What failed is begun again with its day.
            self._parts = None
            raise

    def _sum_older(self) -> bool:
        if self._parts is None and not self._find_older_day():
            return False
        if self._parts:
            site, part = self._parts.pop()
            self._verification.repair(site, day_of(self._day), part)
        if not self._parts:
            with self._changing() as db:
                db.execute(SQL["note_summed"], (self._day,))
            self._parts = None
        return True

    def _find_older_day(self) -> bool:
        """Whether there is a day to add up; the newest one is taken in hand."""
        with translated(FILE):
            since, kept = self._db.execute(SQL["summed_since"]).fetchone()
            if since <= kept:
                return False
            rows = self._db.execute(SQL["newest_older"], {"since": since, "kept": kept}).fetchall()
        self._day = max((day for _, day in rows), default=kept)
        sites = [site for site, day in rows if day == self._day]
        self._parts = [(site, part) for site in sites for part in Part if part is not Part.SITE]
        self._require_room()
        if not sites:
            log.info("the sums of all days have what this release keeps")
        return True

    def _require_room(self) -> None:
        with translated(FILE):
            path = Path(self._db.execute("pragma database_list").fetchone()[2])
        needed = path.stat().st_size // 10 + ROOM_KEPT
        free = shutil.disk_usage(path.parent).free
        if free < needed:
            raise Unavailable(
                f"the sums of days before {day_of(self._day + 1)} wait for room on the disk: "
                f"{needed // 2**20} MiB are needed, {free // 2**20} MiB are free"
            )

    def sum_month(self, today: date) -> bool:
        """Adds up a part of a month that is over; returns whether there may be more."""
        if self._looked_on != today or self._memory.has_stale_months:
            self._months = self._find_months(today)
            self._looked_on, self._memory.has_stale_months = today, False
        if not self._months:
            return False
        site, month = self._months[-1]
        try:
            if self._sum_dimensions(site, month):
                self._months.pop()
        except BaseException:
            self._looked_on = None
            raise
        return True

    def _find_months(self, today: date) -> list[tuple[int, int]]:
        """Sites and months that are over and not summed; those that come last are the newest."""
        found = []
        last = (today - MONTH_OVER).replace(day=1)
        with translated(FILE):
            since, _ = self._db.execute(SQL["summed_since"]).fetchone()
            for site, first, newest in self._db.execute(SQL["extents"]).fetchall():
                done = {row[0] for row in self._db.execute(SQL["summed_months"], (site,))}
                month = day_of(max(first, since)).replace(day=1)
                if day_number(month) < since:
                    month = month_after(month)
                while month < last and day_number(month) <= newest:
                    if day_number(month) not in done:
                        found.append((day_number(month), site))
                    month = month_after(month)
        return [(site, month) for month, site in sorted(found)]

    def _sum_dimensions(self, site: int, month: int) -> bool:
        """Adds up some of a month's dimensions that are not summed yet; returns whether that is all."""
        end = day_number(month_after(day_of(month)))
        with self._changing() as db:
            row = db.execute(SQL["summed_to"], (site, month)).fetchone()
            rows, dimension = 0, row[0] if row else 0
            while rows < ROWS_A_STEP and dimension < BROKEN_DOWN[-1]:
                dimension += 1
                of_month = {"site": site, "dimension": dimension, "month": month, "end": end}
                db.execute(SQL["clear_month"], of_month)
                rows += db.execute(SQL["sum_month"], of_month).rowcount
            db.execute(SQL["note_month"], (site, month, dimension))
        return dimension >= BROKEN_DOWN[-1]
