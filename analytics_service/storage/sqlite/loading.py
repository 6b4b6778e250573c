"""What a batch of facts touches, read from stats.db in a few joins instead of several look-ups a fact."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from analytics_service.domain.facts import Fact, FactKind
from analytics_service.domain.ledger import CountedView, DayKey, Ledger, ViewKey, Visit, VisitorKey
from analytics_service.storage.sqlite.sql import day_number, day_of, queries

PAGES_KEPT = 500_000
SQL = queries("loading")


class Loader:
    """Fills ledgers; what it keeps between batches is a cache of what is stored."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        connection.execute("pragma temp_store = memory")
        for table in ("id", "name", "day"):
            connection.execute(SQL[f"make_asked_{table}"])
        self._pages: dict[tuple[int, date], set[str]] = {}

    def load(self, facts: Iterable[Fact], page_cap: int, day_of_fact: Callable[[Fact], date]) -> Ledger:
        """The working state that these facts may touch."""
        last_visit = self._db.execute(SQL["last_visit"]).fetchone()[0]
        ledger = Ledger(next_visit=last_visit + 1, page_cap=page_cap)
        ids: set[ViewKey] = set()
        names: set[VisitorKey] = set()
        days: set[DayKey] = set()
        for fact in facts:
            if fact.drop or fact.kind is FactKind.DROPS:
                continue
            site = fact.site
            ids.add((site, fact.event_id if fact.kind is FactKind.EVENT else fact.id))
            if fact.kind is not FactKind.ENGAGEMENT:
                names.add((site, fact.visitor))
                if fact.formerly is not None:
                    names.add((site, fact.formerly))
                days.add((site, day_of_fact(fact), fact.visitor))
        self._db.execute("begin")
        try:
            self._ids(ledger, ids)
            self._visits(ledger, names)
            self._days(ledger, days)
        finally:
            self._db.execute("commit")
        return ledger

    def _asked(self, table: str, keys: Sequence[tuple[int | str, ...]]) -> None:
        self._db.execute(SQL[f"clear_{table}"])
        self._db.executemany(SQL[f"ask_{table}"], keys)

    def _ids(self, ledger: Ledger, ids: set[ViewKey]) -> None:
        self._asked("id", sorted(ids))
        for site, view, visit, at, engaged_ms in self._db.execute(SQL["find_counted"]).fetchall():
            ledger.counted[site, view] = CountedView(visit, at, engaged_ms)
            if visit not in ledger.visits and (
                row := self._db.execute(SQL["find_visit"], (visit,)).fetchone()
            ):
                ledger.visits[visit] = _visit(row)
        for site, view, engaged_ms, at in self._db.execute(SQL["find_waiting"]):
            ledger.waiting[site, view] = (engaged_ms, at)

    def _visits(self, ledger: Ledger, names: set[VisitorKey]) -> None:
        self._asked("name", sorted(names))
        for name, *row in self._db.execute(SQL["find_visits_named"]):
            visit = ledger.visits.setdefault(row[0], _visit(row))
            ledger.visits_of[visit.site, name].append(visit.id)

    def _days(self, ledger: Ledger, days: set[DayKey]) -> None:
        self._asked("day", sorted((site, day_number(day), visitor) for site, day, visitor in days))
        for site, number, visitor, at, hour in self._db.execute(SQL["find_first_seen"]):
            ledger.first_seen[site, day_of(number), visitor] = (at, hour)
        if sum(map(len, self._pages.values())) > PAGES_KEPT:
            self._pages.clear()
        for bucket in {(site, day) for site, day, _ in days}:
            known = self._pages.get(bucket)
            if known is None:
                rows = self._db.execute(SQL["pages"], (bucket[0], day_number(bucket[1])))
                known = self._pages[bucket] = {row[0] for row in rows}
            # The fold adds to it what it counts: it is the same set, and stays true while batches succeed.
            ledger.pages[bucket] = known


def _visit(row: list[int] | tuple[int, ...]) -> Visit:
    number, site, visitor, day, hour, began_at, seen_at, entry, leave, host, referrer, views, events, ms = row
    return Visit(
        id=number,
        site=site,
        visitor=visitor,
        day=day_of(day),
        hour=hour,
        began_at=began_at,
        seen_at=seen_at,
        entry_page=str(entry),
        exit_page=str(leave),
        hostname=str(host),
        referrer=str(referrer),
        pageviews=views,
        events=events,
        engaged_ms=ms,
    )
