"""What only late facts would need is deleted some rows at a time, until nothing of it is left."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from analytics_service.domain.counts import PEAKS_KEPT
from analytics_service.ports.storage import Storage
from analytics_service.storage.sqlite import retention
from tests.contracts.conftest import STORAGES
from tests.contracts.facts_of_a_day import DAY, apply, engagement, minute, online, view

NEXT_DAY = DAY + timedelta(days=1)
KEPT = ("seen_id", "visitor_visit", "visitor_day", "online_peak", "pending_engagement")
LONG_AFTER = minute(60) + PEAKS_KEPT // timedelta(milliseconds=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data" / "journal").mkdir(parents=True)
    return tmp_path / "data"


@pytest.fixture
def storage(folder: Path) -> Storage:
    opened = STORAGES["sqlite"](folder)
    opened.databases.provision()
    return opened


def rows(folder: Path) -> dict[str, int]:
    """How many rows each table has that only late facts need."""
    with closing(sqlite3.connect(folder / "stats.db")) as stats:
        return {table: stats.execute(f"select count(*) from {table}").fetchone()[0] for table in KEPT}


@pytest.mark.parametrize("rows_a_step", [1, 2, 3, 1_000])
def test_all_of_it_goes_however_many_rows_a_step_has(
    folder: Path, storage: Storage, rows_a_step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_A_STEP", rows_a_step)
    with storage.open_applier() as stores:
        views = [view(f"v{number}", number, number % 3) for number in range(7)]
        apply(stores.stats, *views, engagement("no view", 3, 1, 50), *(online(10 * n, 2) for n in range(5)))
        assert rows(folder) == {
            "seen_id": 7,
            "visitor_visit": 7,
            "visitor_day": 7,
            "online_peak": 5,
            "pending_engagement": 1,
        }
        steps = count(1)
        while stores.stats.forget(LONG_AFTER, NEXT_DAY):
            next(steps)
    assert rows(folder) == dict.fromkeys(KEPT, 0)
    # A step has at most so many rows of each table.
    assert next(steps) >= 7 // rows_a_step


def test_what_is_younger_stays(folder: Path, storage: Storage) -> None:
    with storage.open_applier() as stores:
        apply(
            stores.stats, view("old", 1, 0), view("new", 2, 5), engagement("no view", 3, 5, 50), online(5, 2)
        )
        while stores.stats.forget(minute(5), DAY):
            pass
        assert rows(folder) == {
            "seen_id": 1,
            "visitor_visit": 2,
            "visitor_day": 2,
            "online_peak": 1,
            "pending_engagement": 1,
        }
        # What comes later is looked through anew.
        while stores.stats.forget(minute(6), NEXT_DAY):
            pass
        assert rows(folder) == {
            "seen_id": 0,
            "visitor_visit": 0,
            "visitor_day": 0,
            "online_peak": 1,
            "pending_engagement": 0,
        }
        while stores.stats.forget(LONG_AFTER, NEXT_DAY):
            pass
    assert rows(folder)["online_peak"] == 0


def test_a_step_that_failed_is_done_again(
    folder: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_A_STEP", 2)
    with storage.open_applier() as stores:
        apply(stores.stats, *(view(f"v{number}", number) for number in range(7)))
        anonymiser = stores.stats._anonymiser  # type: ignore[attr-defined]
        with monkeypatch.context() as broken:
            broken.setattr(type(anonymiser), "step", lambda *_: 1 / 0)
            for _ in range(4):
                before = rows(folder)
                try:
                    stores.stats.forget(minute(60), NEXT_DAY)
                except ZeroDivisionError:
                    assert rows(folder) == before
        while stores.stats.forget(minute(60), NEXT_DAY):
            pass
    assert (rows(folder)["seen_id"], rows(folder)["visitor_visit"]) == (0, 0)
