"""What a batch of facts touches, read from stats.db in a few joins instead of several look-ups a fact."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from analytics_service.domain.batch import Batch, CountedView, DayKey, Known, ViewKey, Visit, VisitorKey
from analytics_service.domain.dimensions import BROKEN_DOWN
from analytics_service.domain.facts import Engagement, Fact, VisitorFact
from analytics_service.storage.sqlite.sql import day_number, day_of, queries
from analytics_service.storage.sqlite.strings import AttributeIds, Names

VALUES_KEPT = 1_000_000
SQL = queries("batch")


class Loader:
    """Fills ledgers; what it keeps between batches is a cache of what is stored."""

    def __init__(self, connection: sqlite3.Connection, names: Names) -> None:
        self._db = connection
        self._names = names
        connection.execute("pragma temp_store = memory")
        for table in ("id", "name", "day"):
            connection.execute(SQL[f"make_asked_{table}"])
        self._known: dict[tuple[int, date], Known] = {}

    def load(
        self, facts: Iterable[Fact], cap: int, day_of_fact: Callable[[Fact], date], *, next_visit: int
    ) -> Batch:
        """Returns the working state that these facts may touch; new visits are numbered from `next_visit`."""
        newest_at = self._db.execute(SQL["reached"]).fetchone()[0]
        ledger = Batch(next_visit=next_visit, cap=cap, newest_at=newest_at)
        ids: set[ViewKey] = set()
        names: set[VisitorKey] = set()
        days: set[DayKey] = set()
        for fact in facts:
            if not isinstance(fact, VisitorFact) or fact.drop:
                continue
            site = fact.site
            ids.add((site, fact.id))
            if not isinstance(fact, Engagement):
                names.add((site, fact.visitor_id))
                if fact.previous_id is not None:
                    names.add((site, fact.previous_id))
                days.add((site, day_of_fact(fact), fact.visitor_id))
        self._db.execute("begin")
        try:
            self._ids(ledger, ids)
            self._visits(ledger, names)
            self._days(ledger, days)
            self._values(ledger, days)
        finally:
            self._db.execute("commit")
        return ledger

    def _asked(self, table: str, keys: Sequence[tuple[int | str, ...]]) -> None:
        self._db.execute(SQL[f"clear_{table}"])
        self._db.executemany(SQL[f"ask_{table}"], keys)

    def _ids(self, ledger: Batch, ids: set[ViewKey]) -> None:
        self._asked("id", sorted(ids))
        for site, view, visit, at, engaged_ms in self._db.execute(SQL["find_seen_ids"]).fetchall():
            ledger.counted[site, view] = CountedView(visit, at, engaged_ms)
            if visit not in ledger.visits and (
                row := self._db.execute(SQL["find_visit"], (visit,)).fetchone()
            ):
                ledger.visits[visit] = self.visit(row)
        for site, view, engaged_ms, at in self._db.execute(SQL["find_pending_engagement"]):
            ledger.waiting[site, view] = (engaged_ms, at)

    def _visits(self, ledger: Batch, names: set[VisitorKey]) -> None:
        self._asked("name", sorted(names))
        for name, *row in self._db.execute(SQL["find_visits_named"]):
            visit = ledger.visits.setdefault(row[0], self.visit(row))
            ledger.visits_of[visit.site, name].append(visit.id)

    def _days(self, ledger: Batch, days: set[DayKey]) -> None:
        self._asked("day", sorted((site, day_number(day), visitor) for site, day, visitor in days))
        for site, number, visitor, at, hour in self._db.execute(SQL["find_first_seen"]):
            ledger.first_seen[site, day_of(number), visitor] = (at, hour)

    def _values(self, ledger: Batch, days: set[DayKey]) -> None:
        """The values that have a rollup: of the facts' days, and of those on which their visits began."""
        if sum(len(values) for known in self._known.values() for values in known.values()) > VALUES_KEPT:
            self._known.clear()
        buckets = {(site, day) for site, day, _ in days}
        buckets |= {(visit.site, visit.day) for visit in ledger.visits.values()}
        for bucket in buckets:
            known = self._known.get(bucket)
            if known is None:
                known = self._known[bucket] = {}
                for dimension in BROKEN_DOWN:
                    rows = self._db.execute(SQL["values"], (bucket[0], dimension, day_number(bucket[1])))
                    known[dimension] = {row[0] for row in rows}
            # The fold adds to it what it counts: it is the same set, and stays true while batches succeed.
            ledger.known[bucket] = known

    def forget_values(self, site: int, day: date) -> None:
        """Reads the values of a day again when they are next asked for."""
        self._known.pop((site, day), None)

    def visit(self, row: Sequence[int]) -> Visit:
        """A visit out of its row, in the order in which the statements here give it."""
        number, site, visitor, day, into_hour, began_at, lasted_ms, *rest = row
        hostname, acquisition, location, technology, pageviews, events, engaged_ms, entry, leave = rest
        return Visit(
            id=number,
            site=site,
            visitor=visitor,
            day=day_of(day),
            hour=began_at // 1000 - into_hour,
            began_at=began_at,
            seen_at=began_at + lasted_ms,
            entry_page=str(entry),
            exit_page=str(leave),
            attributes=self._names.attributes_of(AttributeIds(hostname, acquisition, location, technology)),
            pageviews=pageviews,
            events=events,
            engaged_ms=engaged_ms,
        )
