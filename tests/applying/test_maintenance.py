"""What the applier does between two batches: orders, retention, the daily check."""

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from analytics_service.applying.applier import Applier, zones_or_utc
from analytics_service.applying.maintenance import Maintenance
from analytics_service.applying.reclassification import Reclassification
from analytics_service.applying.removal import Removal
from analytics_service.domain.facts import View, encode
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.errors import Unavailable
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.ports.tasks import TaskStore
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.stats import StatsWriter, create_stats, open_stats_writer
from analytics_service.storage.sqlite.verification import VerificationWriter
from tests.applying.process import removal_of

FIRST = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
DAYS = 10
A_DAY = timedelta(days=1)


@dataclass
class House:
    """Ten days of one site, three views of one visit a day, applied; and a clock that stands."""

    folder: Path
    stats: StatsWriter
    truth: VerificationWriter
    orders: TaskStore
    recounting: Reclassification
    removal: Removal
    at: datetime

    def care(self, retention: timedelta | None = None) -> Maintenance:
        return Maintenance(
            *(self.truth, self.orders, self.recounting, self.removal),
            rollups=self.stats.rollups,
            clock=lambda: self.at,
            retention=retention,
        )

    def one(self, statement: str) -> tuple[int, ...]:
        with closing(sqlite3.connect(self.folder / "stats.db")) as stats:
            row: tuple[int, ...] = stats.execute(statement).fetchone()
            return row

    def spoil(self) -> None:
        with closing(sqlite3.connect(self.folder / "stats.db")) as stats, stats:
            stats.execute("update rollup_day set pageviews = 100 where dimension = 0")


@contextmanager
def house(folder: Path) -> Iterator[House]:
    with (
        closing(FolderJournals(folder / "journal")) as journals,
        open_stats_writer(folder) as stats,
        open_config(folder) as config,
    ):
        applier = Applier(journals, stats, zones_or_utc({}))
        while applier.apply_round():
            pass
        recounting = Reclassification(
            stats, stats.quarantine(), stats.verification(), zones_or_utc({}), cap=1_000
        )
        yield House(
            folder,
            stats,
            truth=stats.verification(),
            orders=config.tasks,
            recounting=recounting,
            removal=removal_of(config, stats),
            at=FIRST + DAYS * A_DAY,
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "journal").mkdir()
    create_config(tmp_path)
    create_stats(tmp_path)
    asyncio.run(_written(tmp_path))
    return tmp_path


async def _written(folder: Path) -> None:
    async with open_journal(folder / "journal", secrets.token_hex(10)) as journal:
        for day in range(DAYS):
            for view in range(3):
                at = FIRST + day * A_DAY + timedelta(minutes=view)
                view_id = secrets.token_hex(9)
                fact = View(site=1, at=int(at.timestamp() * 1000), visitor_id=day, id=view_id, page="/")
                await journal.append(encode(fact))


def all_steps(care: Maintenance) -> int:
    """Works until nothing is due; how many steps it took."""
    steps = 0
    while care.step():
        steps += 1
        assert steps < 1000
    return steps


def test_what_is_older_than_the_retention_goes_and_its_sums_stay(folder: Path) -> None:
    with house(folder) as it:
        all_steps(it.care(retention=7 * A_DAY))
        kept = it.truth.days(1)
        assert kept == [date(2026, 11, 4) + n * A_DAY for n in range(7)]
        assert [it.truth.differences(1, day) for day in kept] == [[]] * 7
        assert it.one("select count(*), min(day) from view") == (21, 20761)
        assert it.one("select count(*) from visit") == (7,)
        assert it.one("select sum(pageviews), sum(visits) from rollup_day where dimension = 0") == (30, 10)


def test_nothing_goes_without_a_retention(folder: Path) -> None:
    with house(folder) as it:
        all_steps(it.care())
        assert it.one("select count(*) from view") == (30,)


def test_a_visit_over_midnight_stays_as_long_as_its_last_view(folder: Path) -> None:
    with house(folder) as it:
        with closing(sqlite3.connect(folder / "stats.db")) as stats, stats:
            stats.execute("update visit set lasted_ms = ? - began_at where id = 3", (_ms(FIRST + 3 * A_DAY),))
        all_steps(it.care(retention=7 * A_DAY))
        assert it.one("select count(*) from visit where id = 3") == (1,)


def test_the_sums_of_the_last_days_are_looked_at_once_a_day(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with house(folder) as it:
        care = it.care()
        assert all_steps(care) > 0
        first = it.truth.last_check()
        assert first is not None
        assert (first.at_ms, first.days, first.differences) == (_ms(it.at), 2, 0)
        it.spoil()
        it.at += timedelta(hours=23)
        assert all_steps(care) == 0
        it.at += timedelta(hours=2)
        with caplog.at_level(logging.ERROR):
            all_steps(care)
        assert "pageviews of the day are stored as 100, but add up to 3" in caplog.text
        second = it.truth.last_check()
        assert second is not None
        assert (second.days, second.differences) == (2, 2)


def test_a_repair_is_carried_out_in_steps_and_answered(folder: Path) -> None:
    with house(folder) as it:
        it.spoil()
        number = it.orders.place(TaskKind.REPAIR, {"site": None}, by="ann", at=it.at)
        care = it.care()
        care.step()
        waiting = it.orders.find(number)
        assert waiting is not None
        assert waiting.state is TaskState.WAITING
        assert all_steps(care) > DAYS
        done = it.orders.find(number)
        assert done is not None
        assert (done.state, done.answer["days"], done.answer["differences"]) == (TaskState.DONE, DAYS, DAYS)
        assert [wrong for day in it.truth.days(1) for wrong in it.truth.differences(1, day)] == []
        assert it.orders.next() is None


def test_a_repair_cut_off_in_the_middle_is_done_by_the_next_applier(folder: Path) -> None:
    with house(folder) as it:
        it.spoil()
        it.orders.place(TaskKind.REPAIR, {"site": 1}, by="ann", at=it.at)
        half = it.care()
        for _ in range(DAYS // 2):
            half.step()
    with house(folder) as it:
        assert [wrong for day in it.truth.days(1) for wrong in it.truth.differences(1, day)] != []
        all_steps(it.care())
        assert [wrong for day in it.truth.days(1) for wrong in it.truth.differences(1, day)] == []


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def test_nothing_is_forgotten_while_a_task_waits_or_nobody_can_tell_whether_one_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house(folder) as it:
        care = it.care()
        assert care.may_forget()
        assert care.step()
        assert not care.may_forget()
        all_steps(care)
        assert care.may_forget()
        it.orders.place(TaskKind.REPAIR, {"site": None}, by="ann", at=it.at)
        assert not care.may_forget()

        def unavailable() -> None:
            raise Unavailable("config.db is busy")

        monkeypatch.setattr(care, "_tasks", SimpleNamespace(next=unavailable))
        assert not care.may_forget()
