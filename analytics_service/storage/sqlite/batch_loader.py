"""What a batch of facts touches, read from stats.db in a few joins instead of several look-ups a fact."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from analytics_service.domain.batch import Batch, CountedView, DayKey, ViewKey, Visit, VisitorKey, key_of
from analytics_service.domain.contents import Contents, add_later, value_of, with_item
from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.facts import Engagement, Fact, VisitorFact
from analytics_service.domain.rollups import TIMEOUT_MS
from analytics_service.storage.sqlite.filter_sql import DAY_MS
from analytics_service.storage.sqlite.memory import Memory
from analytics_service.storage.sqlite.sql import day_number, day_of, queries
from analytics_service.storage.sqlite.strings import AttributeIds, Strings

VALUES_KEPT = 1_000_000
EARLIEST_MIDNIGHT_MS = int(timedelta(hours=10).total_seconds() * 1000)
"""How long after midnight in UTC a local day may end at the earliest, in the easternmost zone."""
SQL = queries("batch")


@dataclass(slots=True)
class _Touched:
    """What a batch of facts may touch."""

    ids: set[ViewKey] = field(default_factory=set)
    names: set[VisitorKey] = field(default_factory=set)
    days: set[DayKey] = field(default_factory=set)
    suspected: set[tuple[int, date]] = field(default_factory=set)
    first_at: int = 2**62
    last_at: int = 0

    @classmethod
    def by(cls, facts: Iterable[Fact], day_of_fact: Callable[[Fact], date]) -> "_Touched":
        touched = cls()
        for fact in facts:
            if not isinstance(fact, VisitorFact):
                continue
            site = fact.site
            touched.ids.add(key_of(fact))
            if isinstance(fact, Engagement):
                continue
            touched.first_at, touched.last_at = min(touched.first_at, fact.at), max(touched.last_at, fact.at)
            touched.names.add((site, fact.visitor_id))
            if fact.previous_id is not None:
                touched.names.add((site, fact.previous_id))
            if fact.drop:
                touched.suspected.add((site, day_of_fact(fact)))
            else:
                touched.days.add((site, day_of_fact(fact), fact.visitor_id))
        return touched

    def is_near(self, visit: Visit) -> bool:
        """Whether a view or an event among the facts may join a visit."""
        return visit.began_at - TIMEOUT_MS <= self.last_at and self.first_at <= visit.seen_at + TIMEOUT_MS


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
        touched = _Touched.by(facts, day_of_fact)
        self._db.execute("begin")
        try:
            self._ids(batch, touched.ids)
            self._visits(batch, touched.names)
            for visit in batch.visits.values():
                if touched.is_near(visit) and not visit.mark:
                    self._contents(batch, visit)
            self._days(batch, touched.days)
            for site, day in touched.suspected:
                if row := self._db.execute(SQL["suspected"], (site, day_number(day))).fetchone():
                    batch.suspected[site, day] = row[0]
            buckets = {(site, day) for site, day, _ in touched.days}
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

    def _contents(self, batch: Batch, visit: Visit) -> None:
        """Gives the batch what a visit contains that its facts may join."""
        known = self._memory.contents.find(visit.id)
        if known is None:
            self.read_contents(batch, visit)
        else:
            batch.contents[visit.id] = known
            self._read_days(visit, 1)

    def read_contents(self, batch: Batch, visit: Visit) -> None:
        """Gives the batch what a visit contains, as it is stored, and the visit its later days."""
        batch.contents[visit.id] = self._read_days(visit, 0)

    def _read_days(self, visit: Visit, begin: int) -> Contents:
        """Returns what lies on a visit's days from the `begin`-th on; later ones are noted in the visit."""
        contents: Contents = ()
        first = day_number(visit.day)
        # Of a visit that ended before its day could end anywhere, nothing lies on a later day.
        is_longer = visit.seen_at >= first * DAY_MS + EARLIEST_MIDNIGHT_MS
        days = (visit.seen_at - visit.began_at) // DAY_MS + 2 if is_longer else 0
        for number in range(first + begin, first + days + 1):
            pageviews = events = 0
            for item, count in self._db.execute(SQL["contents"], (visit.site, number, visit.id)).fetchall():
                if item not in contents:
                    contents = with_item(contents, item)
                if value_of(item)[0] is Dimension.PAGE:
                    pageviews += count
                else:
                    events += count
            if number > first and (pageviews or events):
                add_later(visit, day_of(number), pageviews, events)
        return contents

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
