"""Suspects and drops in stats.db: kept apart, shown to the owner, taken back or added."""

import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.batch import Batch, DayKey, QuarantineKey, ViewRow, Visit
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import DropSample, VisitorFact, decode, encode, kind_of
from analytics_service.domain.quarantine import KEPT_A_DAY, SAMPLES_KEPT, Choice, as_suspected
from analytics_service.domain.visit_deltas import FirstSeen, take_out
from analytics_service.ports.drops import Family
from analytics_service.storage.sqlite.batch_loader import Loader
from analytics_service.storage.sqlite.provisioning import STATS
from analytics_service.storage.sqlite.sql import day_number, day_of, queries, uri

FILE = STATS.file
LONGEST_STEP = 5_000
VISITS_A_STEP, VIEWS_A_STEP = 1_000, 5_000
"""How much one transaction takes out of the figures: others wait for it."""
SQL = queries("quarantine")


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


class QuarantineWriter:
    """The applier's hand on suspects, on its connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        save_sums: Callable[[Batch], None],
        loader: Loader,
    ) -> None:
        self._db = connection
        self._changing = changing
        self._save_sums = save_sums
        self._loader = loader
        self._kept: dict[tuple[int, date], int] = {}

    def save(self, ledger: Batch) -> None:
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

    def _keep(self, day: date, fact: VisitorFact) -> None:
        """Keeps what was suspected at the door, as far as there is room against a flood."""
        bucket = (fact.site, day)
        if bucket not in self._kept:
            if len(self._kept) > KEPT_A_DAY:
                self._kept.clear()
            asked = (day_number(day), fact.site)
            self._kept[bucket] = self._db.execute(SQL["kept_of_day"], asked).fetchone()[0]
        if self._kept[bucket] >= KEPT_A_DAY:
            return
        self._kept[bucket] += 1
        self._insert(day, fact)

    def _insert(self, day: date, fact: VisitorFact) -> None:
        row = (fact.site, kind_of(fact), fact.id, day_number(day), fact.at, fact.drop, fact.family)
        self._db.execute(SQL["keep_suspect"], (*row, encode(fact)))

    def some(self, choice: Choice, day: date, limit: int) -> list[tuple[QuarantineKey, VisitorFact]]:
        """Suspects of a day, in the order of time."""
        asked: dict[str, int | str] = {"site": choice.site, "day": day_number(day), "limit": limit}
        asked |= {"reason": choice.reason, "family": choice.family}
        with translated(FILE):
            rows = self._db.execute(SQL["suspects"], asked).fetchall()
        return [
            (QuarantineKey(choice.site, kind, key, day_of(number), reason), decode(fact))
            for kind, key, number, reason, fact in rows
        ]

    def reopen(self, site: int, day: date) -> None:
        """Makes a day ready for facts that come long after it."""
        with self._changing() as db:
            asked = {"site": site, "day": day_number(day)}
            db.execute(SQL["reopen_visitor_days"], asked)
            db.execute(SQL["reopen_visitor_visits"], asked)

    def suspect_visits(self, choice: Choice, day: date, after: int) -> tuple[int, int | None]:
        """Takes some of a family's visits that began on a day out of the figures, as suspects.

        Goes through visits in the order of their numbers, from the first above `after`; returns how many
        facts were kept, and the last number it came to, or None where there was none left.
        """
        asked = {"site": choice.site, "day": day_number(day), "family": choice.family}
        asked |= {"after": after, "limit": VISITS_A_STEP}
        ledger = Batch(next_visit=0, cap=0)
        taken: list[tuple[Visit, list[ViewRow]]] = []
        last, views = None, 0
        with self._changing() as db:
            for row in db.execute(SQL["visits_of_family"], asked).fetchall():
                visit = self._loader.visit(row)
                last = visit.id
                # Of a visit without views nothing could be kept: it stays where it is.
                if of_visit := self._views_of(visit):
                    taken.append((visit, of_visit))
                    views += len(of_visit)
                if views >= VIEWS_A_STEP:
                    break
            for visit, of_visit in taken:
                self._remove(visit, of_visit)
            made = sum(self._keep_visit(visit, of_visit, choice.family) for visit, of_visit in taken)
            seen = {(view.site, view.day, view.visitor) for _, of_visit in taken for view in of_visit}
            left = self._left_of(seen, day)
            take_out(ledger, taken, left)
            self._save_sums(ledger)
            gone = sorted((site, day_number(day), visitor) for site, day, visitor in seen - left.keys())
            db.executemany(SQL["remove_visitor_day"], gone)
            if last is None:
                self._clear_zeros(choice.site, day)
        return made, last

    def _views_of(self, visit: Visit) -> list[ViewRow]:
        # A visit of a day may go on for a day or two in any zone; nothing of it lies further away.
        days = (visit.seen_at - visit.began_at) // 86_400_000 + 2
        first = day_number(visit.day)
        return [
            ViewRow(
                site=visit.site,
                day=day_of(day),
                visit=visit.id,
                ordinal=ordinal,
                at=at,
                hour=at // 1000 - into_hour,
                visitor=visit.visitor if visitor is None else visitor,
                page=page,
                name=name,
            )
            for day in range(first, first + days + 1)
            for ordinal, at, into_hour, visitor, page, name in self._db.execute(
                SQL["views_of_visit"], (visit.site, day, visit.id)
            )
        ]

    def _remove(self, visit: Visit, views: list[ViewRow]) -> None:
        days = {view.day for view in views}
        names = {visit.visitor, *(view.visitor for view in views)}
        self._db.executemany(
            SQL["remove_views"], [(visit.site, day_number(day), visit.id) for day in sorted(days)]
        )
        self._db.execute(SQL["remove_visit"], (visit.id,))
        self._db.executemany(
            SQL["remove_visitor_visit"], [(visit.site, name, visit.id) for name in sorted(names)]
        )

    def _keep_visit(self, visit: Visit, views: list[ViewRow], family: str) -> int:
        facts = as_suspected(visit, views, family)
        for fact in facts:
            self._insert(visit.day, fact)
        self._db.execute(SQL["more_drops"], (visit.site, day_number(visit.day), Drop.BOT.value, len(facts)))
        return len(facts)

    def _left_of(self, keys: set[DayKey], opened: date) -> dict[DayKey, FirstSeen]:
        """When the visitors who lost views were first seen on the same days in what is left."""
        for site, day in sorted({(site, day) for site, day, _ in keys}):
            # Whoever opened a day opened the next one, too; a visit may reach further.
            if day > opened + timedelta(days=1):
                self._db.execute(SQL["reopen_visitor_visits"], {"site": site, "day": day_number(day)})
        left: dict[DayKey, FirstSeen] = {}
        for site, day, visitor in sorted(keys):
            asked = {"site": site, "day": day_number(day), "visitor": visitor}
            if row := self._db.execute(SQL["first_seen_of"], asked).fetchone():
                left[site, day, visitor] = row
        return left

    def _clear_zeros(self, site: int, day: date) -> None:
        """Rows of zeros go: a value without a sum takes no room below the cap."""
        for one in (day, day + timedelta(days=1)):
            number = day_number(one)
            self._db.executemany(SQL["clear_zeros"], [(site, int(of), number) for of in Dimension])
            self._db.execute(SQL["clear_zero_hours"], (site, number))
            self._loader.forget_values(site, one)

    def forget(self, before_day: date) -> None:
        """Drops some suspects of the days before."""
        self._kept.clear()
        with self._changing() as db:
            db.execute(SQL["forget_suspects"], (day_number(before_day), LONGEST_STEP))
