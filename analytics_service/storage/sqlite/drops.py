"""What was dropped, read from stats.db beside a running service."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.facts import DropSample
from analytics_service.domain.quarantine import Extent, Selection
from analytics_service.ports.drops import Family, Recent
from analytics_service.storage.sqlite.provisioning import STATS
from analytics_service.storage.sqlite.sql import day_number, day_of, queries, uri

FILE = STATS.file
SLICE_SIZE = 1_000
SQL = queries("quarantine")


def slice_of_day(
    connection: sqlite3.Connection, selection: Selection, day: date, after: int, limit: int
) -> list[tuple[int, bool]]:
    """Numbers of visits of a day above `after`, in their order, and whether each is one of the selection."""
    values: dict[str, int | str] = {"site": selection.site, "day": day_number(day), "after": after}
    values |= {"family": selection.family, "reason": selection.reason, "limit": limit}
    statement = "some_marked" if selection.marked else "some_counted"
    return [(number, bool(fits)) for number, fits in connection.execute(SQL[statement], values)]


class Drops:
    """What was dropped, in short reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def by_day(self, site: int, since: date) -> list[tuple[date, str, int]]:
        """Returns day, reason and number of beacons, from that day on."""
        with translated(FILE):
            rows = self._db.execute(SQL["drops"], (site, day_number(since))).fetchall()
        return [(day_of(day), reason, count) for day, reason, count in rows]

    def families(self, site: int, since: date) -> list[Family]:
        """Returns the agents' families of marked visits, from that day on."""
        with translated(FILE):
            rows = self._db.execute(SQL["families"], (site, day_number(since))).fetchall()
        return [Family(day_of(day), *rest) for day, *rest in rows]

    def recent(self, site: int, since_ms: int) -> Recent:
        """Returns what was stored of a site since an instant, in milliseconds since 1970."""
        day = since_ms // 86_400_000
        values = {"site": site, "since": since_ms, "first": day - 1, "last": day + 2}
        with translated(FILE):
            rows = self._db.execute(SQL["recent"], values).fetchall()
            last = self._db.execute(SQL["last_counted"], values).fetchone() or (0, "")
        return Recent({mark: (views, events) for mark, views, events in rows}, *last)

    def samples(self, site: int) -> list[DropSample]:
        """Returns the site's last drops one by one, newest first."""
        with translated(FILE):
            return [DropSample(*row) for row in self._db.execute(SQL["samples"], (site,))]

    def count(self, selection: Selection) -> Extent:
        """Returns how much a selection holds now, without changing anything."""
        visits = views = days = 0
        with translated(FILE):
            for day in selection.days():
                before = visits
                for number in self._selected(selection, day):
                    visits += 1
                    views += self._db.execute(SQL["extent_of_visit"], (number,)).fetchone()[0]
                days += visits > before
        return Extent(visits, views, days)

    def _selected(self, selection: Selection, day: date) -> Iterator[int]:
        after = 0
        while found := slice_of_day(self._db, selection, day, after, SLICE_SIZE):
            after = found[-1][0]
            yield from (number for number, fits in found if fits)


@contextmanager
def open_drops(folder: Path) -> Iterator[Drops]:
    """Opens what a data folder's sites dropped, for reading. Raises Unavailable."""
    with translated(FILE):
        connection = sqlite3.connect(uri(folder / FILE, "mode=ro"), uri=True, timeout=2)
    with closing(connection):
        yield Drops(connection)
