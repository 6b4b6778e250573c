"""The sums of stats.db against the visits and views behind them, and what keeps the two in agreement."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.batch import BOUNCE_MS
from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.metrics import Sums
from analytics_service.domain.verification import (
    Check,
    DayKey,
    DaySums,
    Difference,
    Part,
    day_of_hours,
    differences,
)
from analytics_service.storage.sqlite.memory import Memory
from analytics_service.storage.sqlite.provisioning import STATS
from analytics_service.storage.sqlite.sql import day_number, day_of, month_after, queries, uri
from analytics_service.storage.sqlite.strings import Strings

FILE = STATS.file
LONGEST_STEP = 5_000
"""Rows that one pruning transaction deletes at most."""
SQL = queries("verification")


@contextmanager
def open_verifier(folder: Path) -> Iterator["Verifier"]:
    """For reading, beside a running service. Raises Unavailable."""
    with translated(FILE):
        connection = sqlite3.connect(uri(folder / FILE, "mode=ro"), uri=True, isolation_level=None, timeout=2)
        connection.execute("pragma query_only = on")
    with closing(connection):
        yield Verifier(connection)


class Verifier:
    """One site's day at a time, each in a read transaction of its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def sites(self) -> list[int]:
        """The sites that have any figures."""
        with translated(FILE):
            return sorted(row[0] for row in self._db.execute(SQL["sites"]))

    def days(self, site: int) -> list[date]:
        """The days of a site whose visits and views are all kept, and whose sums this release added up."""
        with translated(FILE):
            found = self._db.execute(SQL["first_and_last_days"], {"site": site}).fetchone()
            kept, _, _, _, summed = self._db.execute(SQL["maintenance"]).fetchone()
        first, last = ([day for day in days if day is not None] for days in (found[:3], found[3:]))
        return [day_of(day) for day in range(max(min(first), kept, summed), max(last) + 1)] if first else []

    def first_kept(self) -> date:
        """The first day whose visits and views are all kept, of whichever site."""
        with translated(FILE):
            kept = self._db.execute(SQL["maintenance"]).fetchone()[0]
        return day_of(kept) if kept > day_number(date.min) else date.min

    def months(self, site: int) -> list[date]:
        """The first days of the months of a site that are summed."""
        with translated(FILE):
            rows = self._db.execute(SQL["months"], (site,)).fetchall()
        return [day_of(month) for (month,) in rows]

    def month_differences(self, site: int, month: date, *dimensions: Dimension) -> list[Difference]:
        """What is wrong in a month's sums of dimensions (none named: all), each read at one moment."""
        wrong: list[Difference] = []
        first, end = day_number(month), day_number(month_after(month))
        for dimension in dimensions or BROKEN_DOWN:
            of_month = {"site": site, "dimension": dimension, "month": first, "end": end}
            key = f"{dimension.word} of the month"
            with translated(FILE):
                rows = self._db.execute(SQL["month_differences"], of_month).fetchall()
            stored = {(key, value): Sums(*row[:6]) for value, *row in rows}
            found = {(key, value): Sums(*row[6:]) for value, *row in rows}
            wrong += differences(site, month, stored, found)
        return wrong

    def last_check(self) -> Check | None:
        """What the last daily check saw; None before the first."""
        with translated(FILE):
            _, at, days, wrong, _ = self._db.execute(SQL["maintenance"]).fetchone()
        return Check(at, days, wrong) if at else None

    def older_days(self) -> tuple[int, date | None]:
        """How many days of sites wait for this release's sums, and the day since which none does."""
        with translated(FILE):
            kept, *_, summed = self._db.execute(SQL["maintenance"]).fetchone()
            if summed <= kept:
                return 0, None
            left: int = self._db.execute(SQL["older_days"], {"kept": kept, "since": summed}).fetchone()[0]
        return left, day_of(summed)

    def positions(self) -> dict[str, int]:
        """The last applied group's number, by journal."""
        with translated(FILE):
            return dict(self._db.execute(SQL["positions"]).fetchall())

    def unreadable(self) -> int:
        """How many groups were set aside because no fact could be read in them."""
        with translated(FILE):
            count: int = self._db.execute(SQL["unreadable"]).fetchone()[0]
            return count

    def differences(self, site: int, day: date, *parts: Part) -> list[Difference]:
        """What is wrong in parts (none named: all) of a site's day, each read at one moment."""
        wrong: list[Difference] = []
        for part in parts or Part:
            with translated(FILE):
                self._db.execute("begin")
                try:
                    stored = self._stored(site, day_number(day), part)
                    found = self._add_up(site, day_number(day), part)
                finally:
                    self._db.rollback()
            wrong += differences(site, day, stored, found)
        return wrong

    def _stored(self, site: int, day: int, part: Part) -> DaySums:
        sums: dict[DayKey, Sums] = {}
        if part is Part.SITE:
            for row in self._db.execute(SQL["stored_day"], (site, day)):
                sums["site", ""] = Sums(*row)
            for hour, *row in self._db.execute(SQL["stored_hours"], (site, day)):
                sums["hour", str(hour)] = Sums(*row)
            return sums
        for dimension in part.dimensions:
            for value, *row in self._db.execute(SQL["stored_values"], (site, dimension, day)):
                sums.setdefault((dimension.word, value), Sums()).add(Sums(*row))
        return sums

    def _add_up(self, site: int, day: int, part: Part) -> dict[DayKey, Sums]:
        if part is Part.SITE:
            return self._add_up_hours(site, day)
        sums: dict[DayKey, Sums] = defaultdict(Sums)
        if part in (Part.PAGE, Part.EVENT):
            self._add_views(sums, site, day, part)
        else:
            self._add_visits(sums, site, day, part)
        return sums

    def _add_up_hours(self, site: int, day: int) -> dict[DayKey, Sums]:
        hours: dict[int, Sums] = defaultdict(Sums)
        for hour, pageviews, events in self._db.execute(SQL["found_views"], (site, day)):
            hours[hour].add(Sums(pageviews=pageviews, events=events))
        visits = {"site": site, "day": day, "bounce": BOUNCE_MS}
        for hour, count, bounces, engaged_ms in self._db.execute(SQL["found_visits"], visits):
            hours[hour].add(Sums(visits=count, bounces=bounces, engaged_ms=engaged_ms))
        for hour, visitors in self._db.execute(SQL["found_visitors"], (site, day)):
            hours[hour].add(Sums(visitors=visitors))
        sums = {("hour", str(hour)): of_hour for hour, of_hour in hours.items()}
        sums["site", ""] = day_of_hours(list(hours.values()))
        return sums

    def _add_views(self, sums: dict[DayKey, Sums], site: int, day: int, part: Part) -> None:
        word = part.name.lower()
        for value, pageviews, events, engaged_ms in self._db.execute(SQL[f"found_{word}"], (site, day)):
            of_views = Sums(pageviews=pageviews, events=events, engaged_ms=engaged_ms)
            sums[word, value].add(of_views)
        for value, visits in self._db.execute(SQL[f"found_{word}_visits"], {"site": site, "day": day}):
            sums[word, value].add(Sums(visits=visits))

    def _add_visits(self, sums: dict[DayKey, Sums], site: int, day: int, part: Part) -> None:
        alike = {"site": site, "day": day, "bounce": BOUNCE_MS}
        names, group = Strings(self._db, Memory()), part.name.lower()
        is_shared = len(part.dimensions) > 1
        for number, *row in self._db.execute(SQL[f"found_{group}"], alike).fetchall():
            of_visits = Sums(*row)
            values = names.values_of(group, number) if is_shared else (names.value(number),)
            for dimension, value in zip(part.dimensions, values, strict=True):
                sums[dimension.word, value].add(of_visits)


class VerificationWriter(Verifier):
    """Verifies, repairs and prunes on the applier's connection, and stores what a check saw."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        memory: Memory,
    ) -> None:
        super().__init__(connection)
        self._changing = changing
        self._memory = memory

    def repair(self, site: int, day: date, *parts: Part) -> None:
        """Puts in place of the sums of parts (none named: all) of a day what visits and views add up to."""
        number = day_number(day)
        for part in parts or Part:
            with self._changing():
                self._replace(site, number, part)

    def _replace(self, site: int, day: int, part: Part) -> None:
        found = self._add_up(site, day, part)
        self._db.executemany(SQL["clear_day"], [(site, of, day) for of in part.dimensions])
        if part is Part.SITE:
            self._db.execute(SQL["clear_hours"], (site, day))
        for (of, value), sums in found.items():
            if of == "hour":
                self._db.execute(SQL["put_hour"], (site, day, int(value), *sums.row()))
            else:
                dimension = Dimension[of.upper()]
                self._db.execute(SQL["put_day"], (site, int(dimension), day, value, *sums.row()))
        month = day_number(day_of(day).replace(day=1))
        if self._db.execute(SQL["mark_stale_month"], (site, month)).rowcount:
            self._memory.has_stale_months = True

    def repair_month(self, site: int, month: date) -> None:
        """Takes back a month's sums, so that they are made again."""
        with self._changing() as db:
            db.execute(SQL["mark_stale_month"], (site, day_number(month)))
        self._memory.has_stale_months = True

    def note_check(self, check: Check) -> None:
        """Writes down what a check saw."""
        with self._changing() as db:
            db.execute(SQL["note_check"], (check.at_ms, check.days, check.differences))

    def reset_peak(self, site: int, since_ms: int) -> int:
        """Takes back the records of visitors online from an instant on; returns the record that is left."""
        of_site = {"site": site, "since": since_ms}
        with self._changing() as db:
            for statement in ("remove_online_peaks", "remove_peak", "restore_peak"):
                db.execute(SQL[statement], of_site)
            row = db.execute(SQL["peak_left"], of_site).fetchone()
        return int(row[0]) if row else 0

    def prune(self, site: int, first_kept: date) -> bool:
        """Deletes some of a site's visits and views of the days before; whether there may be more."""
        # A day begins up to 14 hours before it does in UTC.
        begins = datetime.combine(first_kept, datetime.min.time(), UTC) - timedelta(hours=14)
        with self._changing() as db:
            db.execute(SQL["note_first_day"], (day_number(first_kept),))
            limits = {"site": site, "first": day_number(first_kept), "limit": LONGEST_STEP}
            limits["seen_before"] = int(begins.timestamp() * 1000)
            for step in ("prune_views", "prune_visits"):
                if db.execute(SQL[step], limits).rowcount:
                    return True
        return False
