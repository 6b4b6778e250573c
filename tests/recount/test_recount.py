"""The service's figures are those of an oracle that shares nothing with it but the words' definitions."""

import ast
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.faults.sizes import SOAKING, soak
from tests.recount import stored_figures
from tests.recount.beacons import EXACT_GAPS, TWELVE_DAYS, TWO_DAYS, ZONES, Beacon, Person, stream
from tests.recount.oracle import Figures, counter, moment, recount, visits_of
from tests.recount.service_run import ServiceRun, Sites, provisioned, running
from tests.redis_server import running_redis

SEED = 20181104
SPELL = TWELVE_DAYS if SOAKING else TWO_DAYS
BEACONS = soak(2_000, 50_000)
METRICS = ("pageviews", "visits", "visitors")
SHARES = {1: (1.0,), 2: (0.85, 0.15), 4: (0.6, 0.2, 0.15, 0.05)}
"""How the beacons are spread over the workers."""
ONE_ROUND = 190
"""So few facts that the applier takes all of them, of each journal, in one round."""
AWAY = soak(1_500, 20_000)
"""Beacons that are sent while the applier is away: of more than a day."""
PACKAGE = "analytics_service"

pytestmark = pytest.mark.timeout(soak(300, 7200))
soak_only = pytest.mark.skipif(not SOAKING, reason="long: it is part of make soak")


@pytest.fixture(scope="module")
def beacons() -> list[Beacon]:
    return stream(SEED, BEACONS, SPELL)


@pytest.fixture(scope="module")
def right(beacons: list[Beacon]) -> Figures:
    return recount(beacons)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    return provisioned(tmp_path_factory.mktemp("sites") / "data")


@contextmanager
def serving(folder: Path, sites: Sites, workers: int) -> Iterator[ServiceRun]:
    with (
        running_redis(folder) as redis,
        running(folder / "data", sites, workers, redis.url if workers > 1 else "", SPELL.begins) as service,
    ):
        yield service


def send(service: ServiceRun, beacons: list[Beacon], chance: random.Random) -> None:
    shares = SHARES[len(service.doors)]
    for beacon in beacons:
        service.send(beacon, chance.choices(service.doors, shares)[0])


def send_in_turns(service: ServiceRun, beacons: list[Beacon], size: int) -> None:
    """So many beacons while no applier runs, then an applier that applies them and ends; and again."""
    chance = random.Random(SEED)
    for begin in range(0, len(beacons), size):
        send(service, beacons[begin : begin + size], chance)
        with service.applying():
            pass


def differences(right: dict[Any, int], stored: dict[Any, int]) -> dict[Any, tuple[int, int]]:
    """What is not equal: the right sum and the stored one."""
    return {
        key: (right.get(key, 0), stored.get(key, 0))
        for key in sorted(right.keys() | stored.keys(), key=str)
        if right.get(key, 0) != stored.get(key, 0)
    }


def check(service: ServiceRun, right: Figures) -> None:
    """Every sum, and every figure of the public counter, is the oracle's."""
    stored = stored_figures.read(service.folder, service.sites.indexes)
    assert differences(right.hours, stored.hours) == {}
    assert differences(right.days, stored.days) == {}
    service.wind(SPELL.ends)
    for site in range(len(ZONES)):
        for metric in METRICS:
            shown = counter(right, site, metric, SPELL)
            assert service.counter(site, metric, shown) == shown, (ZONES[site], metric)


def test_one_worker_whose_applier_keeps_up(
    tmp_path: Path, sites: Sites, beacons: list[Beacon], right: Figures
) -> None:
    with serving(tmp_path, sites, workers=1) as service:
        with service.applying():
            send(service, beacons, random.Random(SEED))
        check(service, right)


@soak_only
@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_whose_applier_keeps_up(
    tmp_path: Path, sites: Sites, beacons: list[Beacon], right: Figures, workers: int
) -> None:
    # Under a wound clock minutes pass while the applier goes from one journal to the next. So it reads
    # while nobody sends: what waits is what a round takes.
    with serving(tmp_path, sites, workers) as service:
        send_in_turns(service, beacons, ONE_ROUND)
        check(service, right)


@pytest.mark.parametrize(
    "workers",
    [1, 2, pytest.param(4, marks=soak_only)],
)
def test_an_applier_that_is_away_for_more_than_a_day(
    tmp_path: Path, sites: Sites, beacons: list[Beacon], right: Figures, workers: int
) -> None:
    with serving(tmp_path, sites, workers) as service:
        send_in_turns(service, beacons, AWAY)
        check(service, right)


def test_the_stream_holds_what_is_easily_counted_wrong(beacons: list[Beacon], right: Figures) -> None:
    visits = visits_of(beacons)
    gaps = {later.at - earlier.at for visit in visits for earlier, later in pairwise(visit)}
    ends: dict[tuple[int, Person], int] = {}
    for visit in visits:
        first = visit[0]
        gaps.add(first.at - ends.get((first.site, first.person), 0))
        ends[first.site, first.person] = visit[-1].at
    assert gaps.issuperset(EXACT_GAPS)
    days = [{moment(beacon.site, beacon.at).day for beacon in visit} for visit in visits]
    assert sum(len(some) > 1 for some in days) > len(visits) / 50
    sent_twice = Counter((beacon.kind, beacon.view, beacon.event) for beacon in beacons if beacon.kind != "e")
    assert {kind for (kind, _, _), times in sent_twice.items() if times > 1} >= {"v", "c"}
    assert (
        {beacon.is_robot for beacon in beacons} == {beacon.is_counted for beacon in beacons} == {True, False}
    )
    assert {key[0] for key in right.days} == set(range(len(ZONES)))


def test_the_recount_imports_nothing_of_the_package() -> None:
    for path in Path(__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith(PACKAGE)], path
