"""Figures on a disk that takes no writes: a full disk is not a damaged file."""

import asyncio
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days
from analytics_service.errors import Damaged, Unavailable
from analytics_service.storage.sqlite.figures import Figures, open_figures
from analytics_service.storage.sqlite.stats import create_stats
from tests.applying.process import TODAY, fresh, running, view
from tests.storage.failing_statements import Failure, failing

ALL = FigureQuery(periods=(Days(date(2026, 1, 1), TODAY),))


async def _sums(folder: Path) -> Sums:
    async with open_figures(folder, standing_still=True) as figures:
        return (await figures.read(1, ALL)).sums[0]


def test_what_was_not_checkpointed_is_read_where_no_write_is_needed_for_it(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(*(view(n) for n in range(5)))
        assert asyncio.run(_sums(it.folder)).pageviews == 5


def test_half_a_checkpoint_without_its_wal_file_is_no_damage(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(*(view(n, page=f"/{n}") for n in range(500)))
        half = fresh(tmp_path / "half")
        whole = half / "stats.db"
        it.stats.checkpoint()
        shutil.copy(it.folder / "stats.db", whole)
        # The first page tells of more pages than were written before the disk was full.
        with whole.open("r+b") as file:
            file.truncate(4096 * 10)
        for left_out, error in ((True, Unavailable), (False, Damaged)):
            with pytest.raises(Unavailable) as refused:
                asyncio.run(_read(half, left_out))
            assert type(refused.value) is error


async def _read(folder: Path, left_out: bool) -> None:
    async with open_figures(folder) as figures:
        await Figures(figures._db, left_out=left_out).read(1, ALL)


def test_figures_are_only_read(tmp_path: Path) -> None:
    async def write(folder: Path) -> None:
        async with open_figures(folder) as figures:
            await figures._db.execute("delete from rollup_day")

    with running(fresh(tmp_path / "data")) as it:
        it.apply(view(1))
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            asyncio.run(write(it.folder))


def test_who_cannot_read_figures_is_told_that_it_is_stats_db(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        with failing(monkeypatch, Failure.BROKEN) as plan:
            async with open_figures(tmp_path) as figures:
                plan.left = 1
                with pytest.raises(Unavailable, match=r"^stats\.db: disk I/O error$"):
                    await figures.read(1, ALL)

    create_stats(tmp_path)
    asyncio.run(fail())
