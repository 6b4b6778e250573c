"""The sums of stats.db against the visits and views behind them, and what keeps the two in agreement."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.batch import BOUNCE_MS
from analytics_service.domain.dimensions import BROKEN_DOWN, OF_VISITS, Dimension, values_of
from analytics_service.domain.metrics import Sums
from analytics_service.domain.verification import Check, DaySums, Difference, day_of_hours, differences
from analytics_service.storage.sqlite.memory import Memory
from analytics_service.storage.sqlite.provisioning import STATS
from analytics_service.storage.sqlite.sql import day_number, day_of, queries, uri
from analytics_service.storage.sqlite.strings import AttributeIds, Names

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
        """The days of a site whose visits and views are all kept."""
        with translated(FILE):
            first, last = self._db.execute(SQL["first_and_last_day"], {"site": site}).fetchone()
            kept = self._db.execute(SQL["maintenance"]).fetchone()[0]
        return [] if first is None else [day_of(day) for day in range(max(first, kept), last + 1)]

    def first_kept(self) -> date:
        """The first day whose visits and views are all kept, of whichever site."""
        with translated(FILE):
            kept = self._db.execute(SQL["maintenance"]).fetchone()[0]
        return day_of(kept) if kept > day_number(date.min) else date.min

    def last_check(self) -> Check | None:
        """What the last daily check saw; None before the first."""
        with translated(FILE):
            _, at, days, wrong = self._db.execute(SQL["maintenance"]).fetchone()
        return Check(at, days, wrong) if at else None

    def positions(self) -> dict[str, int]:
        """The last applied group's number, by journal."""
        with translated(FILE):
            return dict(self._db.execute(SQL["positions"]).fetchall())

    def unreadable(self) -> int:
        """How many groups were set aside because no fact could be read in them."""
        with translated(FILE):
            count: int = self._db.execute(SQL["unreadable"]).fetchone()[0]
            return count

    def differences(self, site: int, day: date) -> list[Difference]:
        """What is wrong on a site's day."""
        with translated(FILE):
            self._db.execute("begin")
            try:
                stored = self._stored(site, day_number(day))
                found = self._found(site, day_number(day))
            finally:
                self._db.rollback()
        return differences(site, day, stored, found)

    def _stored(self, site: int, day: int) -> DaySums:
        sums: dict[tuple[str, str], Sums] = {}
        for row in self._db.execute(SQL["stored_day"], (site, day)):
            sums["site", ""] = Sums(*row)
        for hour, *row in self._db.execute(SQL["stored_hours"], (site, day)):
            sums["hour", str(hour)] = Sums(*row)
        for dimension in BROKEN_DOWN:
            for value, *row in self._db.execute(SQL["stored_values"], (site, dimension, day)):
                sums.setdefault((dimension.word, value), Sums()).add(Sums(*row))
        return sums

    def _found(self, site: int, day: int) -> DaySums:
        hours: dict[int, Sums] = {}
        for hour, pageviews, events in self._db.execute(SQL["found_views"], (site, day)):
            hours.setdefault(hour, Sums()).add(Sums(pageviews=pageviews, events=events))
        visits = {"site": site, "day": day, "bounce": BOUNCE_MS}
        for hour, count, bounces, engaged_ms in self._db.execute(SQL["found_visits"], visits):
            hours.setdefault(hour, Sums()).add(Sums(visits=count, bounces=bounces, engaged_ms=engaged_ms))
        for hour, visitors in self._db.execute(SQL["found_visitors"], (site, day)):
            hours.setdefault(hour, Sums()).add(Sums(visitors=visitors))
        sums = {("hour", str(hour)): of_hour for hour, of_hour in hours.items()}
        sums["site", ""] = day_of_hours(list(hours.values()))
        self._add_views(sums, site, day)
        self._add_visits(sums, site, day)
        return sums

    def _add_views(self, sums: dict[tuple[str, str], Sums], site: int, day: int) -> None:
        for page, pageviews, events in self._db.execute(SQL["found_pages"], (site, day)):
            sums.setdefault((Dimension.PAGE.word, page), Sums()).add(Sums(pageviews=pageviews, events=events))
        for name, events in self._db.execute(SQL["found_events"], (site, day)):
            sums.setdefault((Dimension.EVENT.word, name), Sums()).add(Sums(events=events))

    def _add_visits(self, sums: dict[tuple[str, str], Sums], site: int, day: int) -> None:
        names = Names(self._db, Memory())
        alike = {"site": site, "day": day, "bounce": BOUNCE_MS}
        for entry, leave, *rest in self._db.execute(SQL["found_alike"], alike).fetchall():
            numbers, (visits, bounces, engaged_ms) = rest[:4], rest[4:]
            attributes = names.attributes_of(AttributeIds(*numbers))
            for dimension, value in zip(OF_VISITS, values_of(entry, leave, attributes), strict=True):
                if value:
                    found = sums.setdefault((dimension.word, value), Sums())
                    found.add(Sums(visits=visits, bounces=bounces, engaged_ms=engaged_ms))


class VerificationWriter(Verifier):
    """The same with the applier's hand: repairs, prunes, writes down what a check saw."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
    ) -> None:
        super().__init__(connection)
        self._changing = changing

    def repair(self, site: int, day: date) -> None:
        """Puts in place of a day's sums what its visits and views add up to."""
        with self._changing():
            self.recompute_day(site, day)

    def recompute_day(self, site: int, day: date) -> None:
        """The same within the transaction of whoever changed visits and views."""
        number = day_number(day)
        found = self._found(site, number)
        self._db.executemany(SQL["clear_day"], [(site, dimension, number) for dimension in Dimension])
        self._db.execute(SQL["clear_hours"], (site, number))
        for (of, value), sums in found.items():
            if of == "hour":
                self._db.execute(SQL["put_hour"], (site, number, int(value), *sums.row()))
            else:
                dimension = Dimension[of.upper()]
                self._db.execute(SQL["put_day"], (site, int(dimension), number, value, *sums.row()))

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

    def prune(self, first_kept: date) -> bool:
        """Deletes some visits and views of the days before; whether there may be more."""
        # A day begins up to 14 hours before it does in UTC.
        begins = datetime.combine(first_kept, datetime.min.time(), UTC) - timedelta(hours=14)
        with self._changing() as db:
            db.execute(SQL["note_first_day"], (day_number(first_kept),))
            for (site,) in db.execute(SQL["sites"]).fetchall():
                limits = {"site": site, "first": day_number(first_kept), "limit": LONGEST_STEP}
                limits["seen_before"] = int(begins.timestamp() * 1000)
                for step in ("prune_views", "prune_visits"):
                    if db.execute(SQL[step], limits).rowcount:
                        return True
        return False
