"""What release 0.1.0 kept apart becomes marked visits, and is then listed and accepted like any other."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from analytics_service.applying.reclassification import Reclassification
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import Engagement, View, VisitorFact, encode
from analytics_service.domain.quarantine import Extent, Selection
from analytics_service.ports.storage import ApplierStores, Storage
from analytics_service.storage.sqlite import quarantine
from analytics_service.storage.sqlite.sql import day_number
from tests.contracts.conftest import STORAGES
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, SITE, ZONES, engagement, view

MARKED = Selection(SITE, DAY, DAY + timedelta(days=1))


def suspected(fact: View | Engagement) -> VisitorFact:
    return msgspec.structs.replace(fact, drop=Drop.BOT.value, family="Robo")


FACTS = (
    suspected(view("two", ANN, 5, "/b")),
    suspected(view("one", ANN, 0, "/a")),
    suspected(engagement("one", ANN, 4, 30_000)),
    suspected(view("three", BOB, 1, "/a")),
    suspected(view("late", BOB, 60 * 20, "/a")),
)


def keep_apart(folder: Path, facts: tuple[VisitorFact, ...], day: date = DAY) -> None:
    """As release 0.1.0 stored them, and counted them as dropped."""
    with closing(sqlite3.connect(folder / "stats.db")) as stats, stats:
        for number, fact in enumerate(facts):
            key = (SITE, type(fact).__name__, f"{day} {number}", day_number(day))
            row = (*key, fact.at, fact.drop, fact.family, encode(fact))
            stats.execute(f"insert into old_suspect values ({', '.join('?' * len(row))})", row)
        counted = (SITE, day_number(day), Drop.BOT.value, len(facts))
        stats.execute("insert into drop_day values (?, ?, ?, ?)", counted)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "journal").mkdir()
    return tmp_path


@pytest.fixture
def storage(folder: Path) -> Storage:
    opened = STORAGES["sqlite"](folder)
    opened.databases.provision()
    return opened


@pytest.fixture
def stores(storage: Storage) -> Iterator[ApplierStores]:
    with storage.open_applier() as opened:
        yield opened


def steps_of(stores: ApplierStores) -> int:
    """Folds all that is kept apart; in how many steps."""
    care = Reclassification(stores.stats, stores.quarantine, stores.verification, lambda _: ZONES, cap=100)
    old = care.old_suspects()
    return sum(1 for _ in care.fold_old_suspects(old)) if old else 0


@pytest.mark.parametrize(("facts_a_step", "steps"), [(1, 5), (2, 3), (1_000, 1)])
def test_they_become_the_visits_that_they_were(
    folder: Path,
    storage: Storage,
    stores: ApplierStores,
    facts_a_step: int,
    steps: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quarantine, "FACTS_A_STEP", facts_a_step)
    keep_apart(folder, FACTS)
    assert steps_of(stores) == steps
    assert stores.quarantine.old_suspects() is None
    with storage.open_drops() as drops:
        # Ann's two views are one visit; Bob came twice.
        assert drops.count(MARKED) == Extent(visits=3, views=4, days=2)
        assert drops.families(SITE, DAY) == [
            (DAY, "bot", "Robo", 3),
            (DAY + timedelta(days=1), "bot", "Robo", 1),
        ]
        # Engagement is no drop of its own any longer, and nothing is dropped a second time.
        assert drops.by_day(SITE, DAY) == [(DAY, "bot", 4)]
        assert drops.samples(SITE) == []
    with closing(sqlite3.connect(folder / "stats.db")) as stats:
        found = stats.execute(
            "select pageviews, engaged_ms, lasted_ms from visit order by began_at"
        ).fetchall()
    assert found == [(2, 30_000, 300_000), (1, 0, 0), (1, 0, 0)]
    assert stores.verification.differences(SITE, DAY) == []


def test_of_several_days_the_first_goes_first(folder: Path, stores: ApplierStores) -> None:
    keep_apart(folder, (FACTS[4],), DAY + timedelta(days=1))
    keep_apart(folder, FACTS[:2])
    assert [old.day for old in [stores.quarantine.old_suspects()] if old] == [DAY]
    assert steps_of(stores) == 2


def test_where_nothing_was_kept_apart_nothing_is_to_be_done(stores: ApplierStores) -> None:
    assert steps_of(stores) == 0
