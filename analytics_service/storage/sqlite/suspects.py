"""Suspects and drops in stats.db: kept apart, shown to the owner, taken back or added."""

import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from analytics_service.domain.facts import DropSample, Fact, FactKind, decode, encode
from analytics_service.domain.ledger import Ledger, SuspectKey, ViewRow, Visit
from analytics_service.domain.suspects import KEPT_A_DAY, SAMPLES_KEPT, Choice, as_suspected
from analytics_service.storage.sqlite.creating import STATS
from analytics_service.storage.sqlite.loading import Loader
from analytics_service.storage.sqlite.sql import day_number, day_of, queries, translated, uri
from analytics_service.storage.sqlite.truth import TruthKeeper

FILE = STATS.file
LONGEST_STEP = 5_000
SQL = queries("suspects")


class Family(NamedTuple):
    """How many suspects of an agent's family were kept on a day."""

    day: date
    reason: str
    family: str
    facts: int


class Drops:
    """What was dropped, for reading beside a running service."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def by_day(self, site: int, since: date) -> list[tuple[date, str, int]]:
        """Day, reason and how many beacons."""
        with translated(FILE):
            rows = self._db.execute(SQL["drops"], (site, day_number(since))).fetchall()
        return [(day_of(day), reason, count) for day, reason, count in rows]

    def families(self, site: int, since: date) -> list[Family]:
        """Whose agents the suspects are."""
        with translated(FILE):
            rows = self._db.execute(SQL["families"], (site, day_number(since))).fetchall()
        return [Family(day_of(day), *rest) for day, *rest in rows]

    def samples(self, site: int) -> list[DropSample]:
        """The last ones, newest first."""
        with translated(FILE):
            return [DropSample(*row) for row in self._db.execute(SQL["samples"], (site,))]


@contextmanager
def open_drops(folder: Path) -> Iterator[Drops]:
    """What a data folder's sites dropped. Raises Unavailable."""
    with translated(FILE):
        connection = sqlite3.connect(uri(folder / FILE, "mode=ro"), uri=True, timeout=2)
    with closing(connection):
        yield Drops(connection)


class SuspectKeeper:
    """The applier's hand on suspects, on its connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        truth: TruthKeeper,
        loader: Loader,
    ) -> None:
        self._db = connection
        self._changing = changing
        self._truth = truth
        self._loader = loader
        self._kept: dict[tuple[int, date], int] = {}

    def save(self, ledger: Ledger) -> None:
        """Keeps what was suspected and lets go what was counted after all; within a transaction."""
        for day, fact in ledger.suspects:
            self._keep(day, fact)
        for key in ledger.ended_suspects:
            self._db.execute(SQL["end_suspect"], (key.site, key.kind, key.id))
            self._db.execute(SQL["fewer_drops"], (1, key.site, day_number(key.day), key.reason))
        if ledger.ended_suspects:
            self._db.execute(SQL["clear_drops"])
        last: dict[int, deque[DropSample]] = defaultdict(lambda: deque(maxlen=SAMPLES_KEPT))
        for site, sample in ledger.samples:
            last[site].append(sample)
        for site, samples in last.items():
            self._db.executemany(SQL["keep_sample"], [(site, *sample) for sample in samples])
            self._db.execute(SQL["forget_samples"], {"site": site, "kept": SAMPLES_KEPT})

    def _keep(self, day: date, fact: Fact) -> None:
        bucket = (fact.site, day)
        if bucket not in self._kept:
            if len(self._kept) > KEPT_A_DAY:
                self._kept.clear()
            asked = (day_number(day), fact.site)
            self._kept[bucket] = self._db.execute(SQL["kept_of_day"], asked).fetchone()[0]
        if self._kept[bucket] >= KEPT_A_DAY:
            return
        self._kept[bucket] += 1
        key = fact.event_id if fact.kind is FactKind.EVENT else fact.id
        row = (fact.site, fact.kind.value, key, day_number(day), fact.at, fact.drop, fact.family)
        self._db.execute(SQL["keep_suspect"], (*row, encode(fact)))

    def some(self, choice: Choice, day: date, limit: int) -> list[tuple[SuspectKey, Fact]]:
        """Suspects of a day, in the order of time."""
        asked: dict[str, int | str] = {"site": choice.site, "day": day_number(day), "limit": limit}
        asked |= {"reason": choice.reason, "family": choice.family}
        with translated(FILE):
            rows = self._db.execute(SQL["suspects"], asked).fetchall()
        return [
            (SuspectKey(choice.site, kind, key, day_of(number), reason), decode(fact))
            for kind, key, number, reason, fact in rows
        ]

    def reopen(self, site: int, day: date) -> None:
        """Makes a day ready for facts that come long after it."""
        with self._changing() as db:
            asked = {"site": site, "day": day_number(day)}
            db.execute(SQL["reopen_visitor_days"], asked)
            db.execute(SQL["reopen_visitor_names"], asked)

    def suspect_visits(self, choice: Choice, day: date) -> int:
        """Takes a family's visits that began on a day out of the figures, as suspects; how many facts."""
        asked = {"site": choice.site, "day": day_number(day), "family": choice.family}
        made = 0
        with self._changing() as db:
            touched: set[date] = set()
            while rows := db.execute(SQL["visits_of_family"], {**asked, "limit": LONGEST_STEP}).fetchall():
                for row in rows:
                    visit = self._loader.visit(row)
                    views = self._taken_out(visit)
                    touched |= {visit.day, *(view.day for view in views)}
                    facts = as_suspected(visit, views, choice.family)
                    for fact in facts:
                        self._keep(visit.day, fact)
                    made += len(facts)
                    dropped = (choice.site, day_number(visit.day), facts[0].drop, len(facts))
                    db.execute(SQL["more_drops"], dropped)
            for one in touched:
                self._truth.put_right(choice.site, one)
                number = day_number(one)
                if db.execute(SQL["is_open"], (choice.site, number)).fetchone()[0]:
                    db.execute(SQL["remove_visitor_days"], (choice.site, number))
                    db.execute(SQL["reopen_visitor_days"], {"site": choice.site, "day": number})
        return made

    def _taken_out(self, visit: Visit) -> list[ViewRow]:
        # A visit of a day may go on for a day or two in any zone; nothing of it lies further away.
        days = (visit.seen_at - visit.began_at) // 86_400_000 + 2
        asked: dict[str, int] = {"site": visit.site, "day": day_number(visit.day), "visit": visit.id}
        asked |= {"last": day_number(visit.day + timedelta(days=days)), "visitor": visit.visitor}
        views = [
            ViewRow(
                site=visit.site,
                day=day_of(day),
                visit=visit.id,
                ordinal=ordinal,
                at=at,
                hour=at // 1000 - into_hour,
                visitor=visitor,
                page=page,
                name=name,
            )
            for day, ordinal, at, into_hour, visitor, page, name in self._db.execute(
                SQL["views_of_visit"], asked
            ).fetchall()
        ]
        self._db.execute(SQL["remove_views"], asked)
        self._db.execute(SQL["remove_visit"], (visit.id,))
        self._db.execute(SQL["remove_visitor_name"], (visit.id,))
        return views

    def forget(self, before_day: date) -> None:
        """Drops some suspects of the days before."""
        self._kept.clear()
        with self._changing() as db:
            db.execute(SQL["forget_suspects"], (day_number(before_day), LONGEST_STEP))
