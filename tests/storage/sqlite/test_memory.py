"""What the writer of stats.db remembers is what is stored, and no more of it than there is room for."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from analytics_service.applying.attributes import describing, no_hosts
from analytics_service.domain.batch import Batch
from analytics_service.domain.dimensions import OTHER, Dimension, VisitAttributes
from analytics_service.domain.facts import Fact
from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.periods import Days
from analytics_service.domain.quarantine import Selection
from analytics_service.domain.rollups import fold
from analytics_service.ports.quarantine import Cursor
from analytics_service.ports.stats import StatsStore
from analytics_service.ports.storage import ApplierStores, Storage
from analytics_service.storage.sqlite.memory import Memory
from tests.contracts.conftest import STORAGES
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, SITE, ZONES, view

ALL = FigureQuery(periods=(Days(DAY, DAY),))
NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    (tmp_path / "data" / "journal").mkdir(parents=True)
    opened = STORAGES["sqlite"](tmp_path / "data")
    opened.databases.provision()
    return opened


@pytest.fixture
def stores(storage: Storage) -> Iterator[ApplierStores]:
    with storage.open_applier() as opened:
        yield opened


def folded(stats: StatsStore, cap: int, *facts: Fact) -> Batch:
    batch = stats.load(facts, cap, lambda _fact: DAY)
    fold(batch, facts, lambda _site: ZONES, describing(no_hosts))
    return batch


async def views_of(storage: Storage, *pages: str) -> list[int]:
    async with storage.open_figures() as figures:
        found = [await figures.read(SITE, FigureQuery(ALL.periods, page=page)) for page in pages]
    return [one.sums[0].pageviews for one in found]


async def test_a_page_that_was_loaded_and_never_stored_takes_no_room(
    storage: Storage, stores: ApplierStores
) -> None:
    folded(stores.stats, 1, view("one", ANN, page="/never"))
    stores.stats.save(folded(stores.stats, 1, view("two", ANN, page="/a")), {"a": 1})
    assert await views_of(storage, "/a", "/never", OTHER) == [1, 0, 0]


async def test_a_page_that_was_stored_is_still_known_in_the_next_batch(
    storage: Storage, stores: ApplierStores
) -> None:
    stores.stats.save(folded(stores.stats, 1, view("one", ANN, page="/a")), {"a": 1})
    stores.stats.save(
        folded(stores.stats, 1, view("two", ANN, 1, "/b"), view("three", ANN, 2, "/a")), {"a": 2}
    )
    assert await views_of(storage, "/a", "/b", OTHER) == [2, 0, 1]


async def test_a_page_without_any_counted_view_gives_its_room_back(
    storage: Storage, stores: ApplierStores
) -> None:
    chrome = msgspec.structs.replace(view("one", ANN, page="/a"), browser="Chrome")
    stores.stats.save(folded(stores.stats, 1, chrome), {"a": 1})
    everything = Selection(SITE, DAY, DAY, family="Chrome", marked=False)
    cursor: Cursor | None = Cursor()
    while cursor is not None:
        cursor = stores.quarantine.mark_some(everything, DAY, cursor, cap=1, on=DAY).cursor
    stores.stats.save(folded(stores.stats, 1, view("two", BOB, 60, "/b")), {"a": 2})
    assert await views_of(storage, "/a", "/b", OTHER) == [0, 1, 0]


def known(memory: Memory) -> list[tuple[int, str]]:
    return sorted((site, day.isoformat()) for site, day in memory.values)


def test_values_of_days_that_are_over_are_forgotten_and_no_longer_counted() -> None:
    memory = Memory()
    for site, day, pages in ((1, DAY, 3), (2, DAY, 1), (1, NEXT_DAY, 2)):
        memory.values[site, day] = {Dimension.PAGE: {f"/{number}" for number in range(pages)}}
        memory.note_size(site, day)
    assert memory.value_count == 6
    memory.forget_values_before(DAY)
    assert memory.value_count == 6
    memory.forget_values_before(NEXT_DAY)
    assert known(memory) == [(1, "2026-11-11")]
    assert memory.value_count == 2
    memory.values[1, NEXT_DAY][Dimension.EVENT] = {"buy"}
    memory.note_size(1, NEXT_DAY)
    memory.note_size(1, NEXT_DAY)
    assert memory.value_count == 3
    memory.forget_values(1, NEXT_DAY)
    memory.note_size(1, NEXT_DAY)
    assert (known(memory), memory.value_count) == ([], 0)
    memory.forget_values(1, DAY)
    assert memory.value_count == 0


def test_what_was_rolled_back_is_known_in_no_part_of_it() -> None:
    memory = Memory()
    memory.strings["a"] = 1
    memory.parts["location"]["VN", "", ""] = 2
    memory.attributes[1, 2, 3, 4] = VisitAttributes("x.example.vn")
    memory.titles[SITE, "/a"] = "Trang"
    memory.values[SITE, DAY] = {Dimension.PAGE: {"/a"}}
    memory.note_size(SITE, DAY)
    memory.is_lent = True
    memory.clear()
    assert memory == Memory()


def test_each_item_that_a_visit_contains_takes_room_once_however_it_is_remembered() -> None:
    contents = Memory().contents
    contents.note(1, ("/a",))
    contents.note(1, ("/a", "/b"))
    many = {f"/{number}" for number in range(9)}
    contents.note(2, many)
    many.add("/more")
    contents.note(2, many)
    contents.note(2, many)
    assert contents.item_count == 12
    assert (contents.find(1), contents.find(2), contents.find(3)) == (("/a", "/b"), many, None)
