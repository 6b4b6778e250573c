"""Marks are set some visits and views at a time, and the sums follow them at each step."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from analytics_service.applying.attributes import describing, no_hosts
from analytics_service.domain.facts import Fact, View, encode
from analytics_service.domain.quarantine import Selection
from analytics_service.domain.rollups import fold
from analytics_service.ports.quarantine import Cursor, Progress
from analytics_service.ports.storage import ApplierStores, Storage
from analytics_service.storage.sqlite import anonymity, quarantine
from tests.contracts.conftest import STORAGES
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, SITE, ZONES, engagement, event, minute, view

NEXT = DAY + timedelta(days=1)
NIGHT = 11 * 60 + 50
COUNTED = Selection(SITE, DAY, NEXT, family="Chrome", marked=False)
MARKED = Selection(SITE, DAY, NEXT)


def chrome(identity: str, visitor: int, at: float, page: str = "/") -> View:
    return msgspec.structs.replace(view(identity, visitor, at, page), browser="Chrome")


FACTS: tuple[Fact, ...] = (
    *(chrome(f"a{number}", ANN, number, f"/{number}") for number in range(5)),
    engagement("a1", ANN, 5, 20_000),
    msgspec.structs.replace(event("sold", ANN, 6), browser="Chrome"),
    chrome("b0", BOB, 60),
    view("c0", 93, 61),
    *(chrome(f"d{number}", 94, NIGHT + 5 * number, "/night") for number in range(5)),
)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    (tmp_path / "journal").mkdir()
    opened = STORAGES["sqlite"](tmp_path)
    opened.databases.provision()
    return opened


@pytest.fixture
def stores(storage: Storage) -> Iterator[ApplierStores]:
    with storage.open_applier() as opened:
        batch = opened.stats.load(FACTS, 100, lambda fact: NEXT if fact.at >= minute(720) else DAY)
        fold(batch, FACTS, lambda _site: ZONES, describing(no_hosts))
        opened.stats.save(batch, {"a": 1})
        yield opened


def sums(folder: Path) -> list[tuple[object, ...]]:
    """All sums that are not zeros, by their words."""
    with closing(sqlite3.connect(folder / "stats.db")) as stats:
        return sorted(
            stats.execute(
                "select day, dimension, coalesce(s.value, ''), pageviews, visits, visitors, bounces, "
                "engaged_ms, events from rollup_day as r left join string as s on s.id = r.value "
                "where r.value != 0 or dimension = 0"
            ).fetchall()
        )


def steps_of(stores: ApplierStores, selection: Selection) -> list[Progress]:
    """Each step of a task, until none is left."""
    steps = []
    for day in selection.days():
        cursor: Cursor | None = Cursor()
        while cursor is not None:
            step = stores.quarantine.mark_some(selection, day, cursor, cap=100, on=NEXT)
            steps.append(step)
            cursor = step.cursor
            for of_day in (DAY, NEXT):
                assert stores.verification.differences(SITE, of_day) == []
            while step.closed and not stores.quarantine.open_some(SITE, step.closed):
                pass
    return steps


@pytest.mark.parametrize(("visits", "views"), [(1, 1), (2, 2), (1, 100), (100, 3), (500, 2_000)])
def test_what_is_rejected_and_accepted_again_is_as_it_was_whatever_a_step_holds(
    stores: ApplierStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visits: int, views: int
) -> None:
    monkeypatch.setattr(quarantine, "VISITS_A_STEP", visits)
    monkeypatch.setattr(quarantine, "VIEWS_A_STEP", views)
    before = sums(tmp_path)
    rejected = steps_of(stores, COUNTED)
    assert (sum(step.visits for step in rejected), sum(step.views for step in rejected)) == (3, 12)
    assert max(step.views for step in rejected) <= views
    assert max(step.visits for step in rejected) <= visits
    # The one without Chrome is left.
    left = [row for row in sums(tmp_path) if row[1:3] == (0, "") and any(row[3:])]
    assert [row[3:7] for row in left] == [(1, 1, 1, 1)]
    accepted = steps_of(stores, MARKED)
    assert (sum(step.visits for step in accepted), sum(step.views for step in accepted)) == (3, 12)
    assert sums(tmp_path) == before
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
        assert stats.execute("select distinct mark, marked_on from visit").fetchall() == [("", 0)]
        assert stats.execute("select distinct mark from view").fetchall() == [("",)]


def test_a_rejected_visit_has_its_mark_and_the_day_of_it(stores: ApplierStores, tmp_path: Path) -> None:
    steps_of(stores, COUNTED)
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
        marked = stats.execute(
            "select mark, marked_on, count(*) from visit group by 1, 2 order by 1"
        ).fetchall()
    assert marked == [("", 0, 1), ("rejected", NEXT.toordinal() - DAY.fromordinal(719_163).toordinal(), 3)]


@pytest.mark.parametrize("rows", [1, 3, 5_000])
def test_a_closed_day_is_opened_some_rows_at_a_time_and_then_ready(
    stores: ApplierStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(quarantine, "ROWS_A_STEP", rows)
    while stores.stats.forget(0, NEXT + timedelta(days=5)):
        pass
    before = sums(tmp_path)
    assert stores.quarantine.mark_some(COUNTED, DAY, Cursor(), cap=100, on=NEXT).closed == DAY
    steps = 1
    while not stores.quarantine.open_some(SITE, DAY):
        steps += 1
    # Of the fourteen views and events ten lie on that day; a step ends with the one behind so many.
    assert steps >= 10 // (rows + 1)
    assert stores.quarantine.open_some(SITE, DAY)
    assert sum(step.visits for step in steps_of(stores, COUNTED)) == 3
    steps_of(stores, MARKED)
    assert sums(tmp_path) == before


@pytest.mark.parametrize("rows", [1, 2, 5_000])
def test_marked_visits_whose_time_is_over_go_whole(
    stores: ApplierStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(quarantine, "ROWS_A_STEP", rows)
    steps_of(stores, COUNTED)
    assert not stores.quarantine.forget_some(NEXT)
    steps = 0
    while stores.quarantine.forget_some(NEXT + timedelta(days=1)):
        steps += 1
    # Twelve views and events in all, so many a step.
    assert steps >= 12 // rows
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
        counts = [stats.execute(f"select count(*) from {table}").fetchone()[0] for table in ("visit", "view")]
    assert counts == [1, 1]
    assert stores.verification.differences(SITE, DAY) == []


def test_a_day_whose_visitors_are_being_renamed_is_opened_once_all_of_them_are(
    stores: ApplierStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def being_renamed() -> int:
        with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
            return stats.execute("select count(*) from anonymous_day where key != x''").fetchone()[0]

    monkeypatch.setattr(anonymity, "ROWS_OF_A_STEP", 3)
    before = sums(tmp_path)
    while not being_renamed():
        assert stores.stats.forget(0, NEXT + timedelta(days=5))
    steps = 0
    while being_renamed():
        assert not stores.quarantine.open_some(SITE, DAY)
        steps += 1
    assert steps > 1
    while not stores.quarantine.open_some(SITE, DAY):
        pass
    assert sums(tmp_path) == before
    assert stores.verification.differences(SITE, DAY) == []


def test_what_release_0_1_0_kept_apart_is_returned_with_its_day(
    stores: ApplierStores, tmp_path: Path
) -> None:
    assert stores.quarantine.old_suspects() is None
    told = msgspec.structs.replace(view("old", 95), drop="bot", family="Robo")
    day = (DAY - date(1970, 1, 1)).days
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats, stats:
        row = (SITE, "view", told.id, day, told.at, told.drop, told.family, encode(told))
        stats.execute(f"insert into old_suspect values ({', '.join('?' * len(row))})", row)
    old = stores.quarantine.old_suspects()
    assert old is not None
    assert (old.facts, old.day) == ([told], DAY)
    stores.quarantine.save_old_suspects(stores.stats.load((), 100, lambda _fact: DAY), old)
    assert stores.quarantine.old_suspects() is None
