"""A site whose grace is over is removed in small steps, and nothing of any other site is touched."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from analytics_service.applying.applier import Applier
from analytics_service.domain.audit import Event
from analytics_service.domain.facts import DropSample, DropSummary, Online, View
from analytics_service.domain.keys import Key, Scope
from analytics_service.domain.site import DELETION_GRACE, Deletion, FormerId
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.journal import FolderJournals
from analytics_service.storage.sqlite import removal
from analytics_service.storage.sqlite.config import open_config
from analytics_service.storage.sqlite.sql import queries
from tests.applying.process import NOON, ZONES, Process, event, fresh, journaled, running, view
from tests.contracts.test_sites import a_site

AT_MS = int(NOON.timestamp() * 1000)
OVER = NOON + DELETION_GRACE
KEPT_IN_CONFIG = {"removed_site", "former_public_id", "audit"}
"""What says that a number or a public id was given once, and who did what."""


def of_site(fact: View, site: int) -> View:
    return msgspec.structs.replace(fact, site=site)


def tables_with_sites(path: Path) -> dict[str, list[int]]:
    """The sites of which each table has rows, in tables that tell sites apart."""
    with closing(sqlite3.connect(path)) as db:
        tables = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
        columns = {table: [row[1] for row in db.execute(f"pragma table_info({table})")] for table in tables}
        return {
            table: [row[0] for row in db.execute(f"select distinct site from {table} order by site")]
            for table in tables
            if "site" in columns[table]
        }


def a_key(name: str, *sites: int) -> Key:
    return Key(
        id=name,
        secret_hash=b"x",
        name=name,
        scopes=frozenset({Scope.STATS_READ}),
        sites=frozenset(sites) or None,
        origins=frozenset(),
        made_by="me",
        made_at=NOON,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sites with facts of every kind, the first of them deleted."""
    folder = fresh(tmp_path / "data")
    with open_config(folder) as config:
        for domain in ("a.example.vn", "b.example.vn"):
            config.sites.add_site(a_site(domain, former_ids=(FormerId(f"old{domain[0]}", OVER),)))
        for key in (a_key("one", 1), a_key("both", 1, 2), a_key("all")):
            config.keys.add_key(key)
        config.salts.offer_salts([(1, NOON.date(), b"x" * 32), (2, NOON.date(), b"y" * 32)])
        config.sites.change_site(1, lambda site: replace(site, deletion=Deletion(NOON, "Ann")))
    return folder


def fill(it: Process) -> None:
    samples = (DropSample(AT_MS, "paused", "/", "Firefox"),)
    for site in (1, 2):
        views = [view(n, n, f"/{n}", title=f"Page {n}") for n in range(9)]
        robot = view(99, 3, "/robot", drop="bot", family="Robo")
        it.apply(
            *(of_site(one, site) for one in (*views, robot)),
            msgspec.structs.replace(event(3, 4, "signup"), site=site),
            DropSummary(site=site, at=AT_MS, drops=(("paused", 2),), samples=samples),
            Online(site=site, at=AT_MS, online=7),
        )


def test_before_the_grace_is_over_nothing_goes(folder: Path) -> None:
    with running(folder, OVER - timedelta(seconds=1)) as it:
        fill(it)
        before = tables_with_sites(folder / "stats.db")
        it.work()
        assert tables_with_sites(folder / "stats.db") == before
        task = it.order(TaskKind.REMOVE_SITE)
        assert task.state is TaskState.FAILED
        assert "can be restored until" in str(task.answer)


def test_when_it_is_over_nothing_of_the_site_is_left_and_all_of_the_other(folder: Path) -> None:
    with running(folder) as it:
        fill(it)
        before, sums = tables_with_sites(folder / "stats.db"), it.sums(2)
        assert [1, 2] in before.values()
        it.at = OVER
        it.work()
        after = tables_with_sites(folder / "stats.db")
        assert after == {table: [site for site in sites if site != 1] for table, sites in before.items()}
        assert (it.sums(1), it.sums(2)) == ((0, 0, 0, 0, 0), sums)
        assert it.wrong() == []
    config = tables_with_sites(folder / "config.db")
    assert {table for table, sites in config.items() if 1 in sites} <= KEPT_IN_CONFIG
    with open_config(folder) as stores:
        every = stores.keys.keys()
        assert [site.number for site in stores.sites.sites()] == [2]
        assert stores.sites.deleted_sites() == []
        assert [(key.id, key.sites) for key in every] == [("all", None), ("both", {2})]
        assert stores.removals.removed() == {1}
        (entry,) = stores.audit.entries()
        assert (entry.event, entry.site, entry.at) == (Event.SITE_REMOVED, 1, OVER)


def test_every_table_that_tells_sites_apart_is_emptied_of_the_site(folder: Path) -> None:
    for file, statements in (("stats", queries("removal")), ("config", queries("site_removal"))):
        emptied = {word for text in statements.values() for word in re.findall(r"delete from (\w+)", text)}
        assert tables_with_sites(folder / f"{file}.db").keys() - emptied - KEPT_IN_CONFIG == set()


def test_each_step_is_small_and_one_that_was_cut_off_is_done_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "ROWS_A_STEP", 3)
    with running(folder) as it:
        fill(it)
        rows = len(it.rows("select 1 from view where site = 1"))
        it.at = OVER
        for _ in range(3):
            it.care.step()
        assert len(it.rows("select 1 from view where site = 1")) == rows - 3 * 3
    # Another process goes on; the site cannot come back meanwhile.
    with running(folder, OVER) as it:
        it.work()
        assert it.rows("select 1 from view where site = 1") == []
        assert it.rows("select 1 from view where site = 2") != []


def test_facts_that_still_wait_are_skipped(folder: Path) -> None:
    with running(folder, OVER) as it:
        fill(it)
        it.work()
        journaled(folder, [view(1, 1), of_site(view(1, 1), 2)])
        with (
            closing(FolderJournals(folder / "journal")) as journals,
            open_config(folder) as config,
        ):
            removed = config.removals.removed()
            applier = Applier(journals, it.stats, lambda _: ZONES, is_removed=removed.__contains__)
            assert applier.apply_round() == 2
        assert it.sums(1) == (0, 0, 0, 0, 0)
        assert it.sums(2)[0] == 10


def test_a_site_that_was_restored_in_time_is_not_removed(folder: Path) -> None:
    with running(folder, OVER) as it:
        fill(it)
        with open_config(folder) as config:
            config.sites.change_site(1, lambda site: replace(site, deletion=None))
        it.work()
        assert it.order(TaskKind.REMOVE_SITE).answer == {"error": "site 1 is not deleted: nothing is removed"}
        assert it.sums(1) == it.sums(2)
