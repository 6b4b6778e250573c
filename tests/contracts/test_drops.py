"""What was dropped, for reading: the contract of the port DropReader."""

from datetime import timedelta

import msgspec
import pytest

from analytics_service.ports.drops import DropReader, Recent
from analytics_service.ports.storage import Storage
from tests.contracts.facts_of_a_day import DAY, SITE, apply, drops, event, minute, view


@pytest.fixture
def dropped(storage: Storage) -> Storage:
    with storage.open_applier() as stores:
        apply(stores.stats, drops(0, "limit", 2), drops(1, "excluded", 4))
        apply(stores.stats, drops(2, "limit", 3), seq=2)
    return storage


def test_drops_are_counted_by_day_and_reason(dropped: Storage) -> None:
    with dropped.open_drops() as reader:
        read_from: DropReader = reader
        assert read_from.by_day(SITE, DAY) == [(DAY, "excluded", 4), (DAY, "limit", 5)]
        assert read_from.by_day(SITE, DAY + timedelta(days=1)) == []
        assert read_from.by_day(SITE + 1, DAY) == []


def test_samples_come_newest_first(dropped: Storage) -> None:
    with dropped.open_drops() as reader:
        assert [sample.at for sample in reader.samples(SITE)] == [minute(2), minute(1), minute(0)]
        assert reader.samples(SITE + 1) == []


def test_what_came_of_late_is_counted_by_mark(storage: Storage) -> None:
    robot = msgspec.structs.replace(view("r", 9, 8, "/robot"), drop="bot", family="Robo")
    with storage.open_applier() as stores:
        apply(stores.stats, view("a", 1, 0, "/old"), view("b", 1, 5, "/a"), event("e", 1, 6), robot)
    with storage.open_drops() as reader:
        assert reader.recent(SITE, minute(5)) == Recent({"": (1, 1), "bot": (1, 0)}, minute(6), "/")
        assert reader.recent(SITE, minute(9)) == Recent({}, 0, "")
        assert reader.recent(SITE + 1, minute(0)) == Recent({}, 0, "")


def test_nobody_is_suspected_where_nothing_is_in_quarantine(dropped: Storage) -> None:
    with dropped.open_drops() as reader:
        assert reader.families(SITE, DAY) == []
