"""Whatever statement of whatever call of the applier fails, it is as if the call had never been tried."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from analytics_service import storage as storages
from analytics_service.applying.attributes import describing, no_hosts
from analytics_service.domain.facts import View, encode
from analytics_service.domain.quarantine import Selection
from analytics_service.domain.rollups import fold
from analytics_service.domain.verification import Check, Part
from analytics_service.errors import Unavailable
from analytics_service.ports.quarantine import Cursor
from analytics_service.ports.storage import ApplierStores, Storage
from analytics_service.storage.sqlite.sql import day_number
from tests.contracts.facts_of_a_day import (
    ANN,
    BOB,
    DAY,
    NOON_MS,
    SITE,
    ZONES,
    apply,
    drops,
    engagement,
    event,
    online,
    view,
)
from tests.storage.failing_statements import Failure, Plan, content, failing
from tests.storage.recorded_calls import Call, calls_of, recorded

ApplierCall = Callable[[ApplierStores], object]
OTHER = SITE + 1
MONTHS_LATER = date(2027, 2, 1)
ROBOT = msgspec.structs.replace(view("robot", 5, 3, "/robot"), drop="bot", family="Robo")
REJECT = Selection(SITE, DAY, DAY, family="Chrome", marked=False)
ACCEPT = Selection(SITE, DAY, DAY)
BY_WORDS = (
    """select site, dimension, day, (select value from string where id = r.value), pageviews, visits,
        visitors, bounces, engaged_ms, events from rollup_day as r""",
    """select site, dimension, month, (select value from string where id = r.value), pageviews, visits,
        bounces, engaged_ms, events from rollup_month as r""",
    "select * from summed_month",
    "select * from rollup_hour",
    """select w.day, w.at, w.mark, (select value from string where id = w.page),
        (select value from string where id = w.name) from view as w""",
    # How many visits the visitor has that day: ids of closed days are random.
    """select v.day,
        (select count(*) from visit as o where (o.site, o.day, o.visitor) = (v.site, v.day, v.visitor)),
        v.began_at, v.lasted_ms, v.engaged_ms, v.mark,
        (select value from string where id = v.entry_page) from visit as v""",
    "select site, id, at, engaged_ms from seen_id",
    "select * from pending_engagement",
    "select * from drop_day",
    "select site, day, first_at from visitor_day",
    "select site, (select value from string where id = page), title from page_title",
    "select value from string",
    "select * from peak",
    "select * from online_peak",
    "select * from old_suspect",
)


def pages(first: int, count: int = 3) -> ApplierCall:
    """Applies views of pages that nobody has seen, by two visitors, with all that goes with them."""

    def call(stores: ApplierStores) -> None:
        last = first + count
        facts = [_chrome(n) for n in range(first, last)]
        told = (engagement(f"v{first}", ANN, last, 9_000), engagement(f"unseen{first}", ANN, 1, 5_000))
        suspected = msgspec.structs.replace(ROBOT, id=f"robot{first}", page=f"/robot{first}")
        counts = (drops(first, "paused", 1), online(first, last))
        others = (event(f"e{first}", ANN, first), suspected, *counts)
        apply(stores.stats, *facts, *told, *others, journal="a", seq=first + 1)

    return call


def _chrome(number: int) -> View:
    seen = view(f"v{number}", (ANN, BOB)[number % 2], number, f"/{number}")
    more = {"browser": "Chrome", "referrer": f"r{number}.example", "title": f"{number}"}
    return msgspec.structs.replace(seen, **more)


def elsewhere(number: int) -> View:
    """A view of another site."""
    return msgspec.structs.replace(view(f"x{number}", ANN, number, f"/{number}"), site=OTHER)


def mark(selection: Selection) -> ApplierCall:
    return lambda stores: stores.quarantine.mark_some(selection, DAY, Cursor(), cap=100, on=DAY)


CALLS: tuple[ApplierCall, ...] = (
    pages(0),
    pages(3),
    lambda stores: stores.stats.checkpoint(),
    mark(REJECT),
    mark(ACCEPT),
    pages(6),
    lambda stores: stores.stats.forget(0, DAY + timedelta(days=2)),
    lambda stores: stores.quarantine.open_some(SITE, DAY),
    mark(REJECT),
    lambda stores: stores.verification.repair(SITE, DAY, Part.PAGE),
    lambda stores: stores.verification.note_check(Check(1, 2, 0)),
    lambda stores: stores.rollups.sum_older(),
    *[lambda stores: stores.rollups.sum_month(MONTHS_LATER)] * 3,
    lambda stores: stores.verification.repair_month(SITE, DAY.replace(day=1)),
    lambda stores: stores.quarantine.forget_some(date(2100, 1, 1)),
    pages(9),
    lambda stores: stores.verification.prune(SITE, DAY),
    lambda stores: stores.stats.forget_journal("a"),
    lambda stores: stores.verification.reset_peak(SITE, NOON_MS + 3_600_000),
    lambda stores: fold_old_suspects(stores),
    pages(12),
    lambda stores: apply(stores.stats, elsewhere(1), elsewhere(2), journal="b", seq=1),
    *[lambda stores: stores.remover.remove_some(OTHER)] * 3,
)


def fold_old_suspects(stores: ApplierStores) -> None:
    """Folds the first of what release 0.1.0 kept apart."""
    old = stores.quarantine.old_suspects()
    assert old is not None
    batch = stores.stats.load(old.facts, 100, lambda _fact: DAY)
    fold(batch, old.facts, lambda _site: ZONES, describing(no_hosts))
    stores.quarantine.save_old_suspects(batch, old)


READING = {
    *(("stats", name) for name in ("positions", "newest_at")),
    ("quarantine", "old_suspects"),
    *(
        ("verification", name)
        for name in (
            *("sites", "days", "first_kept", "differences", "last_check", "positions", "unreadable"),
            *("months", "older_days", "month_differences"),
        )
    ),
}


def opened(folder: Path) -> Storage:
    """A folder with what release 0.1.0 kept apart of a day."""
    storage = storages.open(f"sqlite:{folder}")
    (folder / "journal").mkdir(parents=True, exist_ok=True)
    storage.databases.provision()
    with closing(sqlite3.connect(folder / "stats.db")) as stats, stats:
        for number in range(3):
            told = msgspec.structs.replace(ROBOT, id=f"old{number}", page=f"/old{number}")
            row = (SITE, "view", told.id, day_number(DAY), told.at, told.drop, told.family, encode(told))
            stats.execute(f"insert into old_suspect values ({', '.join('?' * len(row))})", row)
    return storage


def by_words(folder: Path) -> list[list[tuple[object, ...]]]:
    """All that is stored, whatever numbers stand for it."""
    with closing(sqlite3.Connection(folder / "stats.db")) as stats:
        return [sorted(stats.execute(statement).fetchall(), key=str) for statement in BY_WORDS]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> list[list[tuple[object, ...]]]:
    """What is stored where nothing ever fails."""
    folder = tmp_path_factory.mktemp("right") / "data"
    called: set[Call] = set()
    with opened(folder).open_applier() as stores:
        for call in CALLS:
            call(recorded(stores, called))
    # A call that is new belongs into CALLS, or it only reads.
    assert calls_of(ApplierStores) - READING == called - READING
    return by_words(folder)


def stats_content(folder: Path) -> object:
    # Reserving numbers, or the lease, is a transaction of its own.
    return content(folder / "stats.db", "reached", "lease")


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("restarts", [False, True])
def test_what_the_applier_writes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    right: object,
    failure: Failure,
    restarts: bool,
) -> None:
    folder = tmp_path / "data"
    storage = opened(folder)
    failed = 0
    with failing(monkeypatch, failure) as plan:
        if restarts:
            for call in CALLS:
                number = 1
                while _fails_in_a_process_of_its_own(storage, plan, call, number, folder):
                    failed, number = failed + 1, number + 1
        else:
            with storage.open_applier() as stores:
                for call in CALLS:
                    number, before = 1, stats_content(folder)
                    while plan.fails_while(lambda call=call: call(stores), number, Unavailable):  # type: ignore[misc]
                        assert stats_content(folder) == before, (CALLS.index(call), number)
                        failed, number = failed + 1, number + 1
    assert failed > 150
    assert by_words(folder) == right
    with storage.open_verifier() as verifier:
        assert [one for day in verifier.days(SITE) for one in verifier.differences(SITE, day)] == []


def _fails_in_a_process_of_its_own(
    storage: Storage, plan: Plan, call: ApplierCall, number: int, folder: Path
) -> bool:
    with storage.open_applier() as stores:
        before = stats_content(folder)
        fails = plan.fails_while(lambda: call(stores), number, Unavailable)
        assert not fails or stats_content(folder) == before, number
    return fails
