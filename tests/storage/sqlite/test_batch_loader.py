"""What a batch touches comes back from stats.db as it was when it was written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from analytics_service.applying.attributes import describing, no_hosts
from analytics_service.domain.batch import Batch
from analytics_service.domain.facts import Fact, View
from analytics_service.domain.rollups import fold
from analytics_service.ports.stats import StatsStore
from analytics_service.ports.storage import ApplierStores, Storage
from analytics_service.storage.sqlite import batch_writer
from tests.contracts.conftest import STORAGES
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, SITE, ZONES, engagement, event, minute, view

NIGHT = 11 * 60 + 50
"""Minutes from noon to ten minutes before midnight."""


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    (tmp_path / "journal").mkdir()
    opened = STORAGES["sqlite"](tmp_path)
    opened.databases.provision()
    return opened


@pytest.fixture
def stores(storage: Storage) -> Iterator[ApplierStores]:
    with storage.open_applier() as opened:
        yield opened


def folded(stats: StatsStore, *facts: Fact) -> Batch:
    batch = stats.load(facts, 100, lambda fact: DAY + timedelta(days=fact.at >= minute(12 * 60)))
    fold(batch, facts, lambda _site: ZONES, describing(no_hosts))
    return batch


def whole(identity: str, visitor: int, at: float, **changed: object) -> View:
    """A view with everything that can be told of it, 123 milliseconds after a second."""
    told = {
        "at": minute(at) + 123,
        "referrer": "www.google.com",
        "campaign": (("utm_campaign", "tet"),),
        "screen": 390,
        "browser": "Chrome",
        "browser_version": "142",
        "system": "Windows",
        "system_version": "10",
        "device": "mobile",
        "language": "vi",
        "country": "VN",
        "region": "VN-HUE",
        "city": "Huế",
        "title": "Trang",
    }
    return msgspec.structs.replace(view(identity, visitor, at, "/a"), **{**told, **changed})


def test_a_visit_is_read_as_it_was_written(storage: Storage) -> None:
    counted = whole("one", ANN, 0)
    robot = whole("two", BOB, 1, drop="bot", family="Robo")
    facts = (counted, robot, engagement("one", ANN, 2, 9_000), event("sold", ANN, 3))
    with storage.open_applier() as stores:
        written = folded(stores.stats, *facts)
        stores.stats.save(written, {"a": 1})
    # After a restart nothing is remembered.
    with storage.open_applier() as stores:
        read = stores.stats.load([*facts, whole("four", BOB, 3, drop="bot")], 100, lambda _fact: DAY)
    assert read.visits == written.visits
    assert {visit.family for visit in read.visits.values()} == {None, "Robo"}
    assert {visit.marked_on for visit in read.visits.values()} == {DAY, written.visits[1].marked_on}
    assert read.seen_ids == written.seen_ids
    assert read.first_seen == written.first_seen
    known = {dimension: values for dimension, values in read.known[SITE, DAY].items() if values}
    assert known == {dimension: values for dimension, values in written.known[SITE, DAY].items() if values}


def test_a_visit_over_midnight_goes_on_under_the_next_days_id_after_a_restart(storage: Storage) -> None:
    with storage.open_applier() as stores:
        stores.stats.save(folded(stores.stats, view("one", ANN, NIGHT)), {"a": 1})
    later = msgspec.structs.replace(view("two", BOB, NIGHT + 20), previous_id=ANN)
    with storage.open_applier() as stores:
        batch = folded(stores.stats, later)
        stores.stats.save(batch, {"a": 2})
    assert [visit.pageviews for visit in batch.visits.values()] == [2]
    # And by that id alone from then on.
    with storage.open_applier() as stores:
        batch = folded(stores.stats, view("three", BOB, NIGHT + 30))
    assert [visit.pageviews for visit in batch.visits.values()] == [3]


def test_engagement_waits_no_longer_once_its_view_has_come(stores: ApplierStores, tmp_path: Path) -> None:
    def waiting() -> list[tuple[str, int]]:
        with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
            return stats.execute("select id, engaged_ms from pending_engagement order by id").fetchall()

    told = (engagement("one", ANN, 0, 5_000), engagement("two", ANN, 0, 6_000))
    stores.stats.save(folded(stores.stats, *told), {"a": 1})
    assert waiting() == [("one", 5_000), ("two", 6_000)]
    stores.stats.save(folded(stores.stats, engagement("two", ANN, 1, 7_000)), {"a": 2})
    assert waiting() == [("one", 5_000), ("two", 7_000)]
    stores.stats.save(folded(stores.stats, view("one", ANN, 2)), {"a": 3})
    assert waiting() == [("two", 7_000)]


def test_no_more_engagement_waits_than_there_is_room_for(
    stores: ApplierStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_writer, "WAITING_LIMIT", 3)
    for number in range(3):
        told = [engagement(f"{number} {one}", ANN, 0, 5_000) for one in range(2)]
        stores.stats.save(folded(stores.stats, *told), {"a": number + 1})
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
        assert stats.execute("select count(*) from pending_engagement").fetchone() == (3,)


def test_what_is_stored_of_a_visit_is_exact_to_the_millisecond(stores: ApplierStores, tmp_path: Path) -> None:
    facts = (whole("one", ANN, 0), whole("two", ANN, 1.5))
    stores.stats.save(folded(stores.stats, *facts), {"a": 1})
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
        visits = stats.execute("select began_at, lasted_ms, into_hour from visit").fetchall()
        views = stats.execute("select at, into_hour, visitor from view order by at").fetchall()
        titles = stats.execute("select title from page_title").fetchall()
    assert visits == [(minute(0) + 123, 90_000, 0)]
    assert views == [(minute(0) + 123, 0, None), (minute(1.5) + 123, 90, None)]
    assert titles == [("Trang",)]


def test_a_value_is_known_as_long_as_its_sum_is_stored(storage: Storage) -> None:
    with storage.open_applier() as stores:
        stores.stats.save(folded(stores.stats, view("one", ANN, 0, "/a")), {"a": 1})
        first = stores.stats.load([view("two", BOB, 1)], 100, lambda _fact: DAY)
    with storage.open_applier() as stores:
        second = stores.stats.load([view("two", BOB, 1)], 100, lambda _fact: DAY)
        again = stores.stats.load([view("two", BOB, 1)], 100, lambda _fact: DAY)
    assert first.known == second.known == again.known
    assert replace(first, next_visit=0) == replace(second, next_visit=0)
