"""Marked visits in stats.db: kept, not counted, and counted again when their owner says so."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.batch import NEVER, REJECTED, Batch, DayKey, ViewRow, Visit
from analytics_service.domain.facts import decode
from analytics_service.domain.quarantine import Selection, first_seen_in, mark_view
from analytics_service.domain.visit_deltas import FirstSeen, apply_visit_deltas, move_visitor
from analytics_service.ports.quarantine import Cursor, OldSuspects, Progress
from analytics_service.storage.sqlite.anonymity import Anonymiser
from analytics_service.storage.sqlite.batch_loader import Loader
from analytics_service.storage.sqlite.batch_writer import BatchWriter
from analytics_service.storage.sqlite.drops import slice_of_day
from analytics_service.storage.sqlite.peaks import move_peaks
from analytics_service.storage.sqlite.provisioning import STATS
from analytics_service.storage.sqlite.sql import day_number, day_of, queries

FILE = STATS.file
VISITS_A_STEP, VIEWS_A_STEP, FACTS_A_STEP = 500, 2_000, 1_000
"""How much one transaction changes: others wait for it."""
ROWS_A_STEP = 5_000
"""How many rows one transaction copies or deletes."""
SQL = queries("quarantine")


class QuarantineWriter:
    """The applier's hand on marks, on its connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        writer: BatchWriter,
        loader: Loader,
        anonymiser: Anonymiser,
    ) -> None:
        self._db = connection
        self._changing = changing
        self._writer = writer
        self._loader = loader
        self._anonymiser = anonymiser

    def mark_some(self, selection: Selection, day: date, cursor: Cursor, *, cap: int, on: date) -> Progress:
        """Marks some of a selection's visits of a day as rejected, or counts those that are marked.

        Changes nothing where a day that it touches is closed, which is then named.
        """
        mark = "" if selection.marked else REJECTED
        batch = Batch(next_visit=0, cap=cap)
        with self._changing():
            views, after = self._choose(batch, selection, day, cursor)
            for of_day in sorted(
                {view.day for view in views} | {visit.day for visit in batch.visits.values()}
            ):
                if not self._is_open(selection.site, of_day):
                    return Progress(cursor=cursor, closed=of_day)
            whole = [visit for visit in batch.visits.values() if after is None or visit.id <= after.visit]
            changing = [view for view in views if view.mark != mark]
            self._mark(batch, whole, changing, mark, on)
        return Progress(len(whole), len(changing), after)

    def _choose(
        self, batch: Batch, selection: Selection, day: date, cursor: Cursor
    ) -> tuple[list[ViewRow], Cursor | None]:
        """Visits, which the batch gets, and their views; and where to go on, if anywhere."""
        views: list[ViewRow] = []
        slice_ = slice_of_day(self._db, selection, day, cursor.visit, VISITS_A_STEP)
        for number, fits in slice_:
            if fits:
                visit = batch.visits[number] = self._loader.find(number)
                begin, cursor = cursor, Cursor(number)
                for view in self._views_of(visit, begin):
                    if len(views) == VIEWS_A_STEP:
                        last = views[-1]
                        at = (day_number(last.day), last.ordinal) if last.visit == number else begin[1:]
                        return views, Cursor(number - 1, *at)
                    views.append(view)
            cursor = Cursor(number)
        return views, cursor if slice_ else None

    def _views_of(self, visit: Visit, begin: Cursor) -> Iterable[ViewRow]:
        # A visit of a day may go on for a day or two in any zone; nothing of it lies further away.
        first = day_number(visit.day)
        days = (visit.seen_at - visit.began_at) // 86_400_000 + 2
        for day in range(max(first, begin.day), first + days + 1):
            below = begin.ordinal if day == begin.day else 2**31
            parameters = (visit.site, day, visit.id, below, VIEWS_A_STEP + 1)
            for ordinal, at, into_hour, visitor, page, name, mark, engaged_ms in self._db.execute(
                SQL["views_of_visit"], parameters
            ).fetchall():
                yield ViewRow(
                    site=visit.site,
                    day=day_of(day),
                    visit=visit.id,
                    ordinal=ordinal,
                    at=at,
                    hour=at // 1000 - into_hour,
                    visitor=visit.visitor if visitor is None else visitor,
                    page=page,
                    name=name,
                    mark=mark,
                    engaged_ms=engaged_ms,
                )

    def _mark(self, batch: Batch, visits: list[Visit], views: list[ViewRow], mark: str, on: date) -> None:
        """Sets marks, and brings the sums up to them."""
        if not mark:
            buckets = {(view.site, view.day) for view in views} | {(one.site, one.day) for one in visits}
            self._loader.load_values(batch, buckets)
        first = first_seen_in(views)
        self._loader.first_seen(batch, first)
        marked = [mark_view(batch, view, mark) for view in views]
        number = self._writer.number_of
        self._db.executemany(
            SQL["mark_view"],
            [
                (v.mark, number(v.page), number(v.name), v.site, day_number(v.day), v.visit, v.ordinal)
                for v in marked
            ],
        )
        for visit in visits:
            self._loader.read_contents(batch, visit)
            batch.about_to_change(visit).mark = mark
            visit.marked_on = on if mark else NEVER
        move_peaks(self._db, visits, -1 if mark else 1)
        apply_visit_deltas(batch)
        for key, gone in sorted(first.items()):
            self._move_visitor(batch, key, gone, is_counted=not mark)
        self._writer.write(batch)

    def _move_visitor(self, batch: Batch, key: DayKey, seen: FirstSeen, *, is_counted: bool) -> None:
        """Counts the visitor by the earliest view that is counted now, if any is."""
        before = batch.first_seen.get(key)
        if is_counted:
            if before is None or seen < before:
                move_visitor(batch, key, seen)
        elif before is not None and seen <= before:
            site, day, visitor = key
            parameters = {"site": site, "day": day_number(day), "visitor": visitor}
            move_visitor(batch, key, self._db.execute(SQL["first_seen"], parameters).fetchone())

    def _is_open(self, site: int, day: date) -> bool:
        number = day_number(day)
        if self._is_being_renamed(site, number):
            return False
        if number >= self._db.execute(SQL["closed_day"]).fetchone()[0]:
            return True
        row = self._db.execute(SQL["reopened_day"], (site, number)).fetchone()
        return row is not None and bool(row[2])

    def _is_being_renamed(self, site: int, day: int) -> bool:
        """Whether some of a day's visitors have other ids already, and others do not."""
        return self._db.execute(SQL["day_being_renamed"], (site, day)).fetchone() is not None

    def open_some(self, site: int, day: date) -> bool:
        """Makes a day ready for changes, some views at a time; returns whether it is."""
        with self._changing() as db:
            if self._is_open(site, day):
                return True
            if self._is_being_renamed(site, day_number(day)):
                self._anonymiser.step(date.min)
                return False
            parameters = {"site": site, "day": day_number(day), "limit": ROWS_A_STEP}
            row = db.execute(SQL["reopened_day"], (parameters["site"], parameters["day"])).fetchone()
            parameters["visit"], parameters["ordinal"] = row[:2] if row else (0, 0)
            last = db.execute(SQL["last_of_step"], parameters).fetchone()
            step = dict(zip(("last_visit", "last_ordinal"), last or (2**62, 2**31), strict=True))
            db.execute(SQL["reopen_visitor_days"], parameters | step)
            db.execute(SQL["reopen_visitor_names"], parameters | step)
            visit, ordinal = step.values()
            noted = {"visit": visit, "ordinal": ordinal, "is_open": int(last is None)}
            db.execute(SQL["note_reopened"], parameters | noted)
        return last is None

    def old_suspects(self) -> OldSuspects | None:
        """Returns some of what release 0.1.0 kept apart; None where nothing of it is left."""
        with translated(FILE):
            first = self._db.execute(SQL["first_old_suspect"]).fetchone()
            if first is None:
                return None
            day, site = first
            rows = self._db.execute(SQL["old_suspects"], (day, site, FACTS_A_STEP)).fetchall()
        keys = [(site, kind, key) for kind, key, *_ in rows]
        return OldSuspects([decode(row[-1]) for row in rows], keys, day_of(day))

    def save_old_suspects(self, batch: Batch, old: OldSuspects) -> None:
        """Stores what the fold made of old suspects, and deletes them, in one transaction."""
        with self._changing() as db:
            self._writer.write(batch)
            db.executemany(SQL["end_old_suspect"], old.keys)

    def forget_some(self, before: date) -> bool:
        """Deletes some visits that were marked before that day; returns whether there may be more."""
        with self._changing() as db:
            db.execute(SQL["forget_suspected"], (day_number(before),))
            rows = db.execute(SQL["old_marked"], (day_number(before), VISITS_A_STEP)).fetchall()
            room = ROWS_A_STEP
            for number, site, day, lasted_ms in rows:
                for of in range(day, day + lasted_ms // 86_400_000 + 3):
                    gone = db.execute(SQL["remove_some_views"], (site, of, number, room)).rowcount
                    room -= gone
                    if room <= 0:
                        return True
                db.execute(SQL["remove_visit"], (number,))
        return bool(rows)
