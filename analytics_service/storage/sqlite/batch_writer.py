"""What a batch changed, written to stats.db within somebody's transaction."""

import sqlite3
from collections import defaultdict, deque
from datetime import date

from analytics_service.domain.batch import Batch
from analytics_service.domain.facts import DropSample
from analytics_service.domain.quarantine import SAMPLES_KEPT
from analytics_service.storage.sqlite.batch_loader import Loader
from analytics_service.storage.sqlite.memory import Memory
from analytics_service.storage.sqlite.sql import day_number, queries
from analytics_service.storage.sqlite.strings import Strings

TITLES_KEPT = 100_000
WAITING_LIMIT = 100_000
SQL = queries("stats")


class BatchWriter:
    """Writes batches; whoever calls it has begun a transaction, and drops the memory if that fails."""

    def __init__(
        self, connection: sqlite3.Connection, strings: Strings, memory: Memory, loader: Loader
    ) -> None:
        self._db = connection
        self._strings = strings
        self._memory = memory
        self._loader = loader

    def number_of(self, value: str) -> int:
        """Returns a string's number, made where there is none."""
        return self._strings.number(value)

    def write(self, batch: Batch) -> None:
        """Writes what a batch changed in visits, ids and sums."""
        self._save_visits(batch)
        self._save_views(batch)
        self._save_ids(batch)
        self._save_sums(batch)
        self._save_drops(batch)
        self._db.execute(SQL["save_reached"], (batch.newest_at,))
        for site, day in batch.known:
            self._memory.note_size(site, day)
        for number, contents in batch.contents.items():
            if batch.visits[number].mark:
                self._memory.contents.forget(number)
            else:
                self._memory.contents.note(number, contents)
        self._memory.is_lent = False

    def _save_visits(self, batch: Batch) -> None:
        name = self._strings.number
        self._db.executemany(
            SQL["save_visit"],
            [
                (
                    *(visit.id, visit.site, visit.visitor, day_number(visit.day)),
                    *(visit.began_at // 1000 - visit.hour, visit.began_at, visit.seen_at - visit.began_at),
                    *(name(visit.entry_page), name(visit.exit_page)),
                    *self._strings.numbers_of(visit.attributes),
                    *(visit.pageviews, visit.events, visit.engaged_ms),
                    *(visit.mark, day_number(visit.marked_on)),
                    0 if visit.family is None else name(visit.family),
                )
                for visit in (batch.visits[number] for number in sorted(batch.changed_visits))
            ],
        )

    def _save_views(self, batch: Batch) -> None:
        name = self._strings.number
        self._db.executemany(
            SQL["save_view"],
            [
                (
                    *(v.site, day_number(v.day), v.visit, v.ordinal, v.at, v.at // 1000 - v.hour),
                    None if v.visitor == batch.visits[v.visit].visitor else v.visitor,
                    *(name(v.page), name(v.name), v.mark, v.engaged_ms),
                )
                for v in batch.new_views
            ],
        )
        self._db.executemany(
            SQL["save_view_engagement"],
            sorted(
                (engaged_ms, site, day_number(day), visit, ordinal)
                for (site, day, visit, ordinal), engaged_ms in batch.engaged_views.items()
            ),
        )
        titles = {key: title for key, title in batch.titles.items() if self._memory.titles.get(key) != title}
        self._db.executemany(
            SQL["save_title"], sorted((site, name(page), title) for (site, page), title in titles.items())
        )
        if len(self._memory.titles) >= TITLES_KEPT:
            self._memory.titles.clear()
        self._memory.titles.update(titles)
        self._db.executemany(
            SQL["save_visitor_visit"],
            sorted((site, visitor, visit, day_number(day)) for site, visitor, visit, day in batch.new_names),
        )

    def _save_ids(self, batch: Batch) -> None:
        self._db.executemany(
            SQL["save_seen_id"],
            [
                (*key, view.visit, view.at, view.engaged_ms, day_number(view.day), view.ordinal)
                for key, view in sorted((key, batch.seen_ids[key]) for key in batch.changed_ids)
            ],
        )
        ended = sorted(key for key in batch.changed_pending if key not in batch.pending_engagement)
        self._db.executemany(SQL["end_pending_engagement"], ended)
        room = WAITING_LIMIT - self._db.execute(SQL["count_pending_engagement"]).fetchone()[0]
        kept = sorted(key for key in batch.changed_pending if key in batch.pending_engagement)[: max(room, 0)]
        self._db.executemany(
            SQL["save_pending_engagement"], [(*key, *batch.pending_engagement[key]) for key in kept]
        )

    def _save_sums(self, batch: Batch) -> None:
        self._db.executemany(
            SQL["save_visitor_day"],
            sorted(
                (site, day_number(day), visitor, *batch.first_seen[site, day, visitor])
                for site, day, visitor in batch.changed_days & batch.first_seen.keys()
            ),
        )
        gone = batch.changed_days - batch.first_seen.keys()
        self._db.executemany(
            SQL["remove_visitor_day"], sorted((site, day_number(day), visitor) for site, day, visitor in gone)
        )
        self._db.executemany(
            SQL["save_day"],
            sorted(
                (
                    site,
                    int(dimension),
                    day_number(day),
                    self._strings.number(value) if value else 0,
                    *sums.row(),
                )
                for (site, dimension, day, value), sums in batch.days.items()
            ),
        )
        self._db.executemany(
            SQL["save_hour"],
            sorted(
                (site, day_number(day), hour, *sums.row()) for (site, day, hour), sums in batch.hours.items()
            ),
        )
        self._clear_zeros(batch)
        self._mark_stale_months(batch)

    def _clear_zeros(self, batch: Batch) -> None:
        """Deletes rows of zeros: a value without a sum takes no room below the cap."""
        for (site, dimension, day, value), sums in batch.days.items():
            if min(sums.row()) < 0:
                number = self._strings.number(value) if value else 0
                if self._db.execute(
                    SQL["clear_zeros"], (site, int(dimension), day_number(day), number)
                ).rowcount:
                    self._loader.forget_value(site, day, dimension, value)
        for (site, day, hour), sums in batch.hours.items():
            if min(sums.row()) < 0:
                self._db.execute(SQL["clear_zero_hours"], (site, day_number(day), hour))

    def _mark_stale_months(self, batch: Batch) -> None:
        """Months that were summed are summed again where one of their days changes."""
        months = {(site, day.year, day.month) for site, day in {(key[0], key[2]) for key in batch.days}}
        rows = [(site, day_number(date(year, month, 1))) for site, year, month in months]
        if self._db.executemany(SQL["mark_stale_month"], rows).rowcount > 0:
            self._memory.has_stale_months = True

    def _save_drops(self, batch: Batch) -> None:
        drops = sorted((site, day_number(day), reason, n) for (site, day, reason), n in batch.drops.items())
        self._db.executemany(SQL["save_drop"], drops)
        self._db.executemany(SQL["clear_drops"], [row[:3] for row in drops if row[3] < 0])
        suspected = ((site, day_number(day), facts) for (site, day), facts in batch.suspected.items())
        self._db.executemany(SQL["save_suspected"], sorted(suspected))
        last: dict[int, deque[DropSample]] = defaultdict(lambda: deque(maxlen=SAMPLES_KEPT))
        for site, sample in batch.samples:
            last[site].append(sample)
        for site, samples in last.items():
            self._db.executemany(SQL["keep_sample"], [(site, *sample) for sample in samples])
            self._db.execute(SQL["forget_samples"], {"site": site, "kept": SAMPLES_KEPT})
