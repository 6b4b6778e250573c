"""A data folder of release 0.1.0 is taken over, with the facts that still wait in its journal."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
import pytest

from analytics_service.disk.locks import lock
from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.drops import open_drops
from analytics_service.storage.sqlite.figures import open_figures
from analytics_service.storage.sqlite.stats import create_stats
from tests.fixtures.release_0_1_0 import END, EXPECTED, SITES, unpack_release_0_1_0
from tests.journey.clocked_service import CLOCKED
from tests.service import run, until
from tests.storage.first_release import sum_older

FIRST, LAST = date(2026, 11, 10), date(2026, 11, 13)
EVERY_DAY = FigureQuery(daily=Days(None, date.max))
Figures = Mapping[str, Mapping[str, Mapping[str, int]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder, migrated."""
    folder = unpack_release_0_1_0(tmp_path)
    create_config(folder)
    create_stats(folder)
    return folder


def apply_all(folder: Path, *orders: int) -> None:
    """Runs an applier at the time at which the folder was left, until nothing waits and orders are done."""
    wound = folder.with_name("clock")
    wound.write_text(END.isoformat())
    settings = msgspec.json.encode(Settings(data=str(folder))).decode()
    applier = subprocess.Popen([sys.executable, str(CLOCKED), settings, "0", "applier", str(wound)])
    try:
        # One that is told to end before it works ends without having applied anything.
        assert until(lambda: at_work(folder), bool, 60)
        assert until(lambda: applied(folder) and carried_out(folder, orders), bool, 120)
    finally:
        applier.terminate()
        assert applier.wait(60) == 0


def at_work(folder: Path) -> bool:
    """Whether an applier holds the folder."""
    held = lock(folder / "applier.lock")
    if held is not None:
        os.close(held)
    return held is None


def applied(folder: Path) -> bool:
    waiting: dict[str, int] = json.loads(run("status", "--json", data=folder).stdout)["waiting"]
    return waiting["groups"] == 0


def carried_out(folder: Path, numbers: tuple[int, ...]) -> bool:
    with open_config(folder) as config:
        return all(
            (order := config.tasks.find(number)) is not None and order.state is TaskState.DONE
            for number in numbers
        )


def figures(folder: Path) -> Figures:
    """What is stored, by site and day."""

    async def read() -> dict[str, dict[date, Sums]]:
        async with open_figures(folder) as figures:
            return {
                domain: dict((await figures.read(number, EVERY_DAY)).daily)
                for domain, number in SITES.items()
            }

    return {
        domain: {
            day.isoformat(): {name: value for name, value in msgspec.to_builtins(sums).items() if value}
            for day, sums in days.items()
        }
        for domain, days in asyncio.run(read()).items()
    }


def pages(folder: Path) -> Mapping[str, Mapping[str, int]]:
    """Page views of each page that is expected."""

    async def read(number: int, page: str) -> int:
        async with open_figures(folder) as figures:
            query = FigureQuery(periods=(Days(None, date.max),), page=page)
            return (await figures.read(number, query)).sums[0].pageviews

    return {
        domain: {page: asyncio.run(read(SITES[domain], page)) for page in of_site}
        for domain, of_site in EXPECTED["after"]["pages"].items()
    }


def dropped(folder: Path) -> Figures:
    """What was not counted, by site, day and reason."""
    found: dict[str, dict[str, dict[str, int]]] = {domain: defaultdict(dict) for domain in SITES}
    with open_drops(folder) as drops:
        for domain, number in SITES.items():
            for day, reason, count in drops.by_day(number, FIRST):
                found[domain][day.isoformat()][reason] = count
    return found


def without_zeros(told: Figures) -> Figures:
    return {
        one: {day: {name: value for name, value in sums.items() if value} for day, sums in days.items()}
        for one, days in told.items()
    }


def assert_nothing_differs(folder: Path) -> None:
    done = run("verify", "--json", data=folder)
    assert json.loads(done.stdout)["differences"] == []
    assert done.returncode == 0


def without_suspects(drops: Figures) -> Figures:
    """Of what is suspected, engagement is no drop of its own any longer."""
    return {
        one: {
            day: {reason: n for reason, n in counts.items() if reason not in ("bot", "spam-referrer")}
            for day, counts in days.items()
        }
        for one, days in drops.items()
    }


def test_what_was_applied_stays_as_it_was(folder: Path) -> None:
    assert figures(folder) == without_zeros(EXPECTED["before"]["days"])
    assert dropped(folder) == EXPECTED["before"]["drops"]
    sum_older(folder)
    assert figures(folder) == without_zeros(EXPECTED["before"]["days"])
    assert_nothing_differs(folder)


def test_what_waited_is_counted_once_and_every_figure_is_right(folder: Path) -> None:
    apply_all(folder)
    assert figures(folder) == without_zeros(EXPECTED["after"]["days"])
    assert pages(folder) == EXPECTED["after"]["pages"]
    assert without_suspects(dropped(folder)) == without_suspects(EXPECTED["after"]["drops"])
    assert_nothing_differs(folder)
    apply_all(folder)
    assert figures(folder) == without_zeros(EXPECTED["after"]["days"])


def test_what_was_kept_apart_is_in_marked_visits_and_counted_as_dropped(folder: Path) -> None:
    apply_all(folder)
    with open_drops(folder) as drops, closing(sqlite3.connect(folder / "stats.db")) as stats:
        assert stats.execute("select count(*) from old_suspect").fetchone() == (0,)
        for number in SITES.values():
            kept: Counter[tuple[date, str]] = Counter()
            for family in drops.families(number, FIRST):
                kept[family.day, family.reason] += family.facts
            told = {(day, reason): count for day, reason, count in drops.by_day(number, FIRST)}
            assert kept
            # That release counted a suspect that came twice as two drops, and kept one.
            assert all(count <= told[key] for key, count in kept.items())
            assert {reason for _, reason in kept} == {"bot", "spam-referrer"} & {key[1] for key in told}


def test_sites_stay_as_they_were_with_their_zones_and_what_they_had_before(folder: Path) -> None:
    with open_config(folder) as config:
        sites = {site.domain: site for site in config.sites.sites()}
    assert {domain: site.public_id for domain, site in sites.items()} == EXPECTED["sites"]
    assert {domain: [one.zone for one in site.zones] for domain, site in sites.items()} == EXPECTED["zones"]
    school = sites["truong.example.vn"]
    opening = {one.metric.value: one.value for one in school.opening_balances}
    assert opening == EXPECTED["opening"]["truong.example.vn"]
    assert school.rules.excluded_pages == {"/quan-tri/*"}
    assert school.rules.excluded_networks == {"198.51.100.0/24"}
    assert school.rules.index_files


def test_a_peak_that_waited_is_told(folder: Path) -> None:
    async def peak() -> int:
        async with open_figures(folder) as figures:
            found = (await figures.read(SITES["truong.example.vn"], FigureQuery(peaks_since=0))).peak
        return found[0] if found else 0

    expected = EXPECTED["peak"]["truong.example.vn"]
    assert asyncio.run(peak()) == expected["before"]
    apply_all(folder)
    assert asyncio.run(peak()) == expected["after"]


def test_phones_that_were_taken_for_robots_are_given_back(folder: Path) -> None:
    asked = {"first": FIRST.isoformat(), "last": LAST.isoformat(), "family": EXPECTED["phone_family"]}
    apply_all(folder)
    with open_config(folder) as config:
        numbers = [
            config.tasks.place(TaskKind.ACCEPT, {"site": number, **asked}, by="test", at=END)
            for number in SITES.values()
        ]
    apply_all(folder, *numbers)
    assert figures(folder) == without_zeros(EXPECTED["with_phones"]["days"])
    assert_nothing_differs(folder)
