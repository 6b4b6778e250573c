"""What a batch of facts touches, read from stats.db in a few joins instead of several look-ups a fact."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from analytics_service.domain.batch import Batch, CountedView, DayKey, ViewKey, Visit, VisitorKey, key_of
from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.facts import Engagement, Fact, VisitorFact
from analytics_service.storage.sqlite.memory import Memory
from analytics_service.storage.sqlite.sql import day_number, day_of, queries
from analytics_service.storage.sqlite.strings import AttributeIds, Strings

VALUES_KEPT = 1_000_000
SQL = queries("batch")


class Loader:
    """Fills batches from what is stored, and from what the writer remembers of it."""

    def __init__(self, connection: sqlite3.Connection, names: Strings, memory: Memory) -> None:
        self._db = connection
        self._names = names
        self._memory = memory
        connection.execute("pragma temp_store = memory")
        for table in ("id", "name", "day"):
            connection.execute(SQL[f"make_asked_{table}"])

    def load(
        self, facts: Iterable[Fact], cap: int, day_of_fact: Callable[[Fact], date], *, next_visit: int
    ) -> Batch:
        """Returns the working state that these facts may touch; new visits are numbered from `next_visit`."""
        newest_at = self._db.execute(SQL["reached"]).fetchone()[0]
        batch = Batch(next_visit=next_visit, cap=cap, newest_at=newest_at)
        ids: set[ViewKey] = set()
        names: set[VisitorKey] = set()
        days: set[DayKey] = set()
        suspected: set[tuple[int, date]] = set()
        for fact in facts:
            if not isinstance(fact, VisitorFact):
                continue
            site = fact.site
            ids.add(key_of(fact))
            if isinstance(fact, Engagement):
                continue
            names.add((site, fact.visitor_id))
            if fact.previous_id is not None:
                names.add((site, fact.previous_id))
            if fact.drop:
                suspected.add((site, day_of_fact(fact)))
            else:
                days.add((site, day_of_fact(fact), fact.visitor_id))
        self._db.execute("begin")
        try:
            self._ids(batch, ids)
            self._visits(batch, names)
            self._days(batch, days)
            for site, day in suspected:
                if row := self._db.execute(SQL["suspected"], (site, day_number(day))).fetchone():
                    batch.suspected[site, day] = row[0]
            buckets = {(site, day) for site, day, _ in days}
            buckets |= {(visit.site, visit.day) for visit in batch.visits.values()}
            self.load_values(batch, buckets)
            self._db.commit()
        except BaseException:
            self._db.rollback()
            raise
        return batch

    def _fill_table(self, table: str, keys: Sequence[tuple[int | str, ...]]) -> None:
        self._db.execute(SQL[f"clear_{table}"])
        self._db.executemany(SQL[f"ask_{table}"], keys)

    def _ids(self, batch: Batch, ids: set[ViewKey]) -> None:
        self._fill_table("id", sorted(ids))
        for site, view, visit, at, engaged_ms, day, *row in self._db.execute(SQL["find_seen_ids"]).fetchall():
            batch.seen_ids[site, view] = CountedView(visit, at, engaged_ms, day_of(day), *row)
            if visit not in batch.visits and (
                row := self._db.execute(SQL["find_visit"], (visit,)).fetchone()
            ):
                batch.visits[visit] = self.visit(row)
        for site, view, engaged_ms, at in self._db.execute(SQL["find_pending_engagement"]):
            batch.pending_engagement[site, view] = (engaged_ms, at)

    def _visits(self, batch: Batch, names: set[VisitorKey]) -> None:
        self._fill_table("name", sorted(names))
        for name, *row in self._db.execute(SQL["find_visits_named"]):
            visit = batch.visits.setdefault(row[0], self.visit(row))
            batch.visits_of[visit.site, name].append(visit.id)

    def _days(self, batch: Batch, days: set[DayKey]) -> None:
        self._fill_table("day", sorted((site, day_number(day), visitor) for site, day, visitor in days))
        for site, number, visitor, at, hour in self._db.execute(SQL["find_first_seen"]):
            batch.first_seen[site, day_of(number), visitor] = (at, hour)

    def load_values(self, batch: Batch, buckets: Iterable[tuple[int, date]]) -> None:
        """Gives the batch the values that have a sum on these days of sites."""
        if self._memory.value_count > VALUES_KEPT:
            self._memory.clear_values()
        for bucket in buckets:
            known = self._memory.values.get(bucket)
            if known is None:
                known = self._memory.values[bucket] = {}
                for dimension in BROKEN_DOWN:
                    rows = self._db.execute(SQL["values"], (bucket[0], dimension, day_number(bucket[1])))
                    known[dimension] = {row[0] for row in rows}
            self._memory.note_size(*bucket)
            # The fold adds to it what it counts: it is the same set, and stays true while batches are stored.
            batch.known[bucket] = known

    def forget_value(self, site: int, day: date, dimension: Dimension, value: str) -> None:
        """Forgets a value that has no sum on that day any longer."""
        if (known := self._memory.values.get((site, day))) is not None:
            known.setdefault(dimension, set()).discard(value)

    def first_seen(self, batch: Batch, keys: Iterable[DayKey]) -> None:
        """Gives the batch when these visitors were first seen on these days."""
        self._days(batch, set(keys))

    def find(self, number: int) -> Visit:
        """The visit of that number, which there must be."""
        return self.visit(self._db.execute(SQL["find_visit"], (number,)).fetchone())

    def visit(self, row: Sequence[int]) -> Visit:
        """A visit out of its row, in the order in which the statements here give it."""
        number, site, visitor, day, into_hour, began_at, lasted_ms, *rest = row
        hostname, acquisition, location, technology, pageviews, events, engaged_ms, *rest = rest
        mark, marked_on, family, entry, leave = rest
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
            mark=str(mark),
            marked_on=day_of(marked_on),
            family=None if family is None else str(family),
        )
