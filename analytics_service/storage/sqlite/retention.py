"""What only late facts would need, deleted from stats.db some rows at a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from analytics_service.domain.counts import PEAKS_KEPT
from analytics_service.storage.sqlite.sql import day_number, queries

ROWS_A_STEP = 5_000
SQL = queries("retention")
_BEGIN: dict[str, tuple[int, object]] = {"seen_ids": (-(2**62), ""), "visitor_visits": (-(2**62), 0)}


class LateFactRetention:
    """Walks through the tables that have no index by time, a slice of each in a step."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._done_to: dict[str, tuple[int, object] | None] = {}
        self._is_done = False

    @contextmanager
    def holding_back(self) -> Iterator[None]:
        """Begins anew where the step within fails: what it did is rolled back."""
        try:
            yield
        except BaseException:
            self.begin_anew()
            raise

    def forget_some(self, before_ms: int, before_day: date) -> bool:
        """Deletes some ids from before that instant and names from before that day, in a transaction.

        Returns whether there may be more.
        """
        if self._is_done:
            return False
        day = day_number(before_day)
        for statement in ("close_days", "close_reopened_days"):
            self._db.execute(SQL[statement], (day,))
        if not self._done_to:
            self._db.execute(SQL["forget_pending_engagement"], (before_ms,))
        peaks_before = before_ms // 1000 - int(PEAKS_KEPT.total_seconds())
        more = False
        for statement, before in (("forget_peaks", peaks_before), ("close_visitor_days", day)):
            more |= self._db.execute(SQL[statement], (before, ROWS_A_STEP)).rowcount == ROWS_A_STEP
        for table, before in (("seen_ids", before_ms), ("visitor_visits", day)):
            more |= self._forget_slice(table, before)
        self._is_done = not more
        return more

    def begin_anew(self) -> None:
        """Lets the next step begin with the first rows again."""
        self._done_to.clear()
        self._is_done = False

    def _forget_slice(self, table: str, before: int) -> bool:
        begin = self._done_to.get(table, _BEGIN[table])
        if begin is None:
            return False
        parameters = {"first": begin[0], "second": begin[1], "before": before, "limit": ROWS_A_STEP}
        end = self._db.execute(SQL[f"end_of_{table}"], parameters).fetchone()
        if end is None:
            self._db.execute(SQL[f"forget_last_{table}"], parameters)
        else:
            self._db.execute(
                SQL[f"forget_{table}"], parameters | {"last_first": end[0], "last_second": end[1]}
            )
        self._done_to[table] = end
        return end is not None
