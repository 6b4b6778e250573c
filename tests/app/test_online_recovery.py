"""Who was online before a worker began is online afterwards, once."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from analytics_service.app import online_recovery
from analytics_service.app.online_recovery import recall_online
from analytics_service.collecting.budget import VisitorBudget
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.limits.memory import MemoryLimits
from analytics_service.live.memory import open_memory_live
from analytics_service.storage.sqlite.figures import open_figures
from tests.applying.process import NOON, fresh, journaled, running, view

VISITORS = 100
UNLIMITED = MemoryLimits(per_minute=0, burst=1)
MIDNIGHT = timedelta(hours=12)
RENAMED = 1_000
"""Beside the first name of a visitor, the one of the next day."""


def _minute(minutes: float) -> float:
    """Minutes after noon of an instant so long after the site's midnight."""
    return MIDNIGHT / timedelta(minutes=1) + minutes


async def _online_after_restart(folder: Path, at: datetime, touched: range) -> int | None:
    """How many are online once these visitors, by the names of the new day, were seen again."""
    at_ms = int(at.timestamp() * 1000)
    async with open_figures(folder) as figures, open_memory_live(window=ONLINE_WINDOW, limit=1_000) as live:
        await recall_online(folder, figures, live, VisitorBudget(UNLIMITED), at)
        for visitor in touched:
            live.touch(1, visitor, None, at_ms)
        return await live.online(1, at_ms)


def test_a_restart_at_twenty_past_midnight_counts_nobody_twice(tmp_path: Path) -> None:
    renamed = range(RENAMED, RENAMED + VISITORS)
    with running(fresh(tmp_path / "data"), NOON + MIDNIGHT + timedelta(minutes=20)) as it:
        it.apply(*(view(name - RENAMED, _minute(-10)) for name in renamed))
        it.apply(*(view(name, _minute(17), previous_id=name - RENAMED) for name in renamed))
        assert it.sums()[1] == VISITORS
        assert asyncio.run(_online_after_restart(it.folder, it.at, renamed)) == VISITORS


def test_a_visitor_whose_first_view_is_applied_and_whose_second_waits_is_one(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data"), NOON + MIDNIGHT + timedelta(minutes=3)) as it:
        it.apply(*(view(name, _minute(-1)) for name in range(VISITORS)))
        journaled(it.folder, [view(name + RENAMED, _minute(1), previous_id=name) for name in range(VISITORS)])
        assert asyncio.run(_online_after_restart(it.folder, it.at, range(0))) == VISITORS


def test_however_much_waits_it_is_the_last_of_it_that_tells_who_is_online(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online_recovery, "GROUPS_READ", 10)
    folder = fresh(tmp_path / "data")
    # An outage of the applier: what waits longest is of hours ago.
    waiting = [view(name, -120) for name in range(VISITORS)] + [view(RENAMED, 0)]
    journaled(folder, waiting, group=1)
    assert asyncio.run(_online_after_restart(folder, NOON, range(0))) == 1
