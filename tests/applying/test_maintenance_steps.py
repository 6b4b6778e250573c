"""No transaction of the applier grows with what was counted before, and neither does its memory."""

import random
import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from analytics_service.applying.maintenance import Maintenance
from analytics_service.domain.facts import View
from analytics_service.domain.tasks import TaskKind
from tests.applying.process import NOON, TODAY, Process, fresh, running, view
from tests.faults.sizes import soak

DAYS, SITES, VIEWS_A_DAY = soak(16, 60), soak(20, 500), soak(1_500, 80_000)
TICK = 100
"""Every so many of SQLite's steps are counted."""
STEPS_AT_MOST = 5_000_000
"""What takes half a second or less on slow machines."""


class StepCounter:
    """Counts SQLite's own steps by transaction; those between two transactions are the next one's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.longest: dict[int, int] = defaultdict(int)
        self.day = 0
        self._ticks = 0
        connection.set_progress_handler(self._tick, TICK)
        connection.set_trace_callback(self._statement)

    def _tick(self) -> int:
        self._ticks += 1
        return 0

    def _statement(self, statement: str) -> None:
        if statement.upper().startswith("BEGIN"):
            self.longest[self.day] = max(self.longest[self.day], self._ticks * TICK)
            self._ticks = 0


def views(chance: random.Random, day: int) -> list[View]:
    """A day's views, half of them on one site."""
    return [
        view(
            chance.randrange(3_000) + day * 10_000,
            day * 24 * 60 + number * 900 / VIEWS_A_DAY - 240,
            f"/{chance.randrange(200)}",
            site=1 if number % 2 else 2 + chance.randrange(SITES - 1),
            browser=chance.choice(["Chrome", "Firefox"]),
        )
        for number in range(VIEWS_A_DAY)
    ]


def live_a_day(it: Process, care: Maintenance, chance: random.Random, day: int) -> None:
    it.at = NOON + timedelta(days=day, hours=16)
    it.apply(*views(chance, day))
    while it.applier.forget(lambda: it.at):
        pass
    for kind in (TaskKind.REJECT, TaskKind.ACCEPT) if day % 4 == 3 else ():
        of = (TODAY + timedelta(days=day - 3)).isoformat()
        it.place(kind, first=of, last=of, family="Chrome")
    while care.step():
        pass


def test_sixty_days_change_neither_the_longest_transaction_nor_what_is_in_memory(tmp_path: Path) -> None:
    chance = random.Random(3)
    known = []
    with running(fresh(tmp_path / "data")) as it:
        counter = StepCounter(it.stats._db)
        care = Maintenance(
            it.stats.verification(),
            it.orders,
            it.care._reclassification,
            it.care._removal,
            rollups=it.stats.rollups,
            clock=lambda: it.at,
            retention=timedelta(days=6),
        )
        for day in range(DAYS):
            counter.day = day
            live_a_day(it, care, chance, day)
            known.append((len(it.stats._memory.values), it.stats._memory.value_count))
        assert it.wrong() == []
    of_day = [counter.longest[day] for day in range(DAYS)]
    print(f"the longest transactions, in thousands of steps: {[n // 1_000 for n in of_day]}; memory: {known}")
    middle = slice(DAYS // 2 - 4, DAYS // 2)
    assert max(of_day) < STEPS_AT_MOST
    assert max(of_day[-4:]) < 1.3 * max(of_day[middle])
    assert max(known[-4:]) <= (5 * SITES, 1.3 * max(values for _, values in known[middle]))
    with closing(sqlite3.connect(it.folder / "stats.db")) as stats:
        assert stats.execute("select count(*) from view").fetchone()[0] <= 8 * VIEWS_A_DAY
        assert stats.execute("select count(*) from seen_id").fetchone()[0] <= 5 * VIEWS_A_DAY
        assert stats.execute("select count(*) from visitor_day").fetchone()[0] <= 5 * VIEWS_A_DAY
