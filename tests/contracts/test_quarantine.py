"""Visits that are kept but not counted: the contract of the ports QuarantineStore and DropReader."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
import pytest

from analytics_service.domain.facts import Event, View
from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days
from analytics_service.domain.quarantine import Extent, Selection
from analytics_service.ports.quarantine import Cursor, QuarantineStore
from analytics_service.ports.storage import ApplierStores, Storage
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, SITE, apply, engagement, event, view

ALL = FigureQuery(periods=(Days(DAY, DAY),))
LATER = DAY + timedelta(days=3)
MARKED = Selection(SITE, DAY, DAY)
COUNTED = Selection(SITE, DAY, DAY, family="Chrome", marked=False)


@pytest.fixture
def stores(storage: Storage) -> Iterator[ApplierStores]:
    with storage.open_applier() as stores:
        yield stores


def suspected(fact: View | Event, reason: str = "bot", family: str = "Robo") -> View | Event:
    """The fact as it comes from an agent that is taken for a robot."""
    return msgspec.structs.replace(fact, drop=reason, family=family)


def chrome(identity: str, visitor: int, at: float = 0) -> View:
    """A view with Chrome."""
    return msgspec.structs.replace(view(identity, visitor, at), browser="Chrome")


def mark(quarantine: QuarantineStore, selection: Selection, on: date = LATER) -> tuple[int, int]:
    """Works off a selection; how many visits, and views and events."""
    visits = views = 0
    for day in selection.days():
        cursor: Cursor | None = Cursor()
        while cursor is not None:
            step = quarantine.mark_some(selection, day, cursor, cap=100, on=on)
            visits, views, cursor = visits + step.visits, views + step.views, step.cursor
            while step.closed and not quarantine.open_some(SITE, step.closed):
                pass
    return visits, views


async def read(storage: Storage) -> Sums:
    async with storage.open_figures() as figures:
        return (await figures.read(SITE, ALL)).sums[0]


def dropped(storage: Storage) -> dict[str, int]:
    with storage.open_drops() as drops:
        return {reason: count for _, reason, count in drops.by_day(SITE, DAY)}


async def test_a_suspected_fact_is_in_no_sum(storage: Storage, stores: ApplierStores) -> None:
    apply(stores.stats, view("one", ANN), suspected(view("two", ANN, 1)), suspected(event("three", BOB)))
    assert await read(storage) == Sums(pageviews=1, visits=1, visitors=1, bounces=1)
    assert dropped(storage) == {"bot": 2}
    with storage.open_drops() as drops:
        assert drops.families(SITE, DAY) == [(DAY, "bot", "Robo", 2)]
        assert drops.count(MARKED) == Extent(visits=2, views=2, days=1)


async def test_accepted_visits_are_counted_and_rejected_ones_are_not(
    storage: Storage, stores: ApplierStores
) -> None:
    apply(stores.stats, chrome("one", ANN), suspected(view("two", ANN, 1)), chrome("three", BOB))
    assert mark(stores.quarantine, MARKED) == (1, 1)
    # The same visitor, and still another visit: visits are never merged afterwards.
    assert await read(storage) == Sums(pageviews=3, visits=3, visitors=2, bounces=3)
    assert dropped(storage) == {}
    assert mark(stores.quarantine, COUNTED) == (2, 2)
    assert await read(storage) == Sums(pageviews=1, visits=1, visitors=1, bounces=1)
    assert dropped(storage) == {"rejected": 2}
    assert mark(stores.quarantine, MARKED) == (2, 2)
    assert await read(storage) == Sums(pageviews=3, visits=3, visitors=2, bounces=3)
    assert stores.verification.differences(SITE, DAY) == []


async def test_a_selection_names_reason_and_family(storage: Storage, stores: ApplierStores) -> None:
    spam = suspected(view("two", BOB), "spam-referrer", "Other")
    apply(stores.stats, suspected(view("one", ANN)), spam)
    for reason, family in (("rejected", ""), ("", "Nobody"), ("bot", "Other")):
        selection = Selection(SITE, DAY, DAY, reason, family)
        with storage.open_drops() as drops:
            assert drops.count(selection) == Extent()
        assert mark(stores.quarantine, selection) == (0, 0)
    assert mark(stores.quarantine, Selection(SITE, DAY, DAY, reason="bot")) == (1, 1)
    assert mark(stores.quarantine, Selection(SITE, DAY, DAY, family="Other")) == (1, 1)


async def test_suspects_and_counted_facts_share_no_id_and_no_engagement(
    storage: Storage, stores: ApplierStores
) -> None:
    apply(stores.stats, view("one", ANN))
    robot = suspected(view("one", ANN, 1))
    apply(stores.stats, robot, robot, seq=2)
    tale = msgspec.structs.replace(engagement("one", ANN, 2, 60_000), drop="bot", family="Robo")
    apply(stores.stats, tale, seq=3)
    assert await read(storage) == Sums(pageviews=1, visits=1, visitors=1, bounces=1)
    assert dropped(storage) == {"bot": 1, "duplicate": 1}
    mark(stores.quarantine, MARKED)
    assert await read(storage) == Sums(pageviews=2, visits=2, visitors=1, bounces=1, engaged_ms=60_000)


async def test_a_day_whose_visitors_were_forgotten_is_opened_first(
    storage: Storage, stores: ApplierStores
) -> None:
    apply(stores.stats, chrome("one", ANN), suspected(view("two", ANN, 60)), view("three", BOB))
    stores.stats.forget(0, LATER)
    step = stores.quarantine.mark_some(COUNTED, DAY, Cursor(), cap=100, on=LATER)
    assert (step.visits, step.closed, step.cursor) == (0, DAY, Cursor())
    assert (await read(storage)).visits == 2
    assert mark(stores.quarantine, COUNTED) == (1, 1)
    assert await read(storage) == Sums(pageviews=1, visits=1, visitors=1, bounces=1)
    assert mark(stores.quarantine, Selection(SITE, DAY, DAY, reason="bot")) == (1, 1)
    assert await read(storage) == Sums(pageviews=2, visits=2, visitors=2, bounces=2)
    assert stores.verification.differences(SITE, DAY) == []


async def test_a_marked_visit_goes_after_the_day_of_its_mark(storage: Storage, stores: ApplierStores) -> None:
    apply(stores.stats, chrome("one", ANN), suspected(view("two", BOB)))
    mark(stores.quarantine, COUNTED, on=LATER)
    for before, left in ((DAY, 2), (DAY + timedelta(days=1), 1), (LATER, 1), (LATER + timedelta(days=1), 0)):
        while stores.quarantine.forget_some(before):
            pass
        with storage.open_drops() as drops:
            assert drops.count(MARKED).visits == left
    assert await read(storage) == Sums()
    assert dropped(storage) == {"bot": 1, "rejected": 1}


async def test_a_suspected_visit_that_goes_on_in_the_next_batch_is_kept_from_the_day_of_its_mark(
    storage: Storage, stores: ApplierStores
) -> None:
    apply(stores.stats, suspected(view("one", BOB)))
    apply(stores.stats, suspected(view("two", BOB, 1)), seq=2)
    while stores.quarantine.forget_some(DAY):
        pass
    with storage.open_drops() as drops:
        assert drops.count(MARKED) == Extent(visits=1, views=2, days=1)
    assert mark(stores.quarantine, MARKED) == (1, 2)


def test_marked_visits_go_in_steps_whose_views_are_bounded(
    storage: Storage, stores: ApplierStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(stores.stats, *(suspected(view(f"v{n}", (ANN, BOB)[n % 2], n)) for n in range(10)))
    monkeypatch.setattr("analytics_service.storage.sqlite.quarantine.ROWS_A_STEP", 3)
    steps = 1
    while stores.quarantine.forget_some(LATER):
        steps += 1
    # Five views of each visit, three a step at most; that nothing is left takes a step, too.
    assert steps >= 5
    with storage.open_drops() as drops:
        assert drops.count(MARKED) == Extent()
    assert stores.verification.differences(SITE, DAY) == []


def test_what_takes_no_room_is_no_old_suspect(stores: ApplierStores) -> None:
    apply(stores.stats, suspected(view("one", ANN)))
    assert stores.quarantine.old_suspects() is None


async def test_a_day_whose_visitors_get_other_ids_is_first_brought_to_its_end(
    storage: Storage, stores: ApplierStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics_service.storage.sqlite.anonymity.ROWS_OF_A_STEP", 1)
    apply(stores.stats, *(chrome(f"v{n}", (ANN, BOB)[n % 2], 60 * n) for n in range(6)))
    for _ in range(2):
        assert stores.stats.forget(0, LATER)
    assert mark(stores.quarantine, COUNTED) == (6, 6)
    assert await read(storage) == Sums()
    assert mark(stores.quarantine, MARKED) == (6, 6)
    assert await read(storage) == Sums(pageviews=6, visits=6, visitors=2, bounces=6)
    assert stores.verification.differences(SITE, DAY) == []
