"""The K-th flush, write or open fails, or is where kill -9 comes, for K = 1, 2, 3 … until none is left."""

import asyncio
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from analytics_service.app.openers import open_installation
from analytics_service.domain.facts import View, decode_group, encode
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.operating.restore import restore_backup
from analytics_service.storage.sqlite.config import create_config
from analytics_service.storage.sqlite.sql import newest
from analytics_service.storage.sqlite.stats import create_stats
from analytics_service.storage.sqlite.verification import open_verifier
from tests.faults.shim import Shim
from tests.faults.steps import BUG, a_view, now
from tests.storage.first_release import VIEWS_THEN, make_first_release

FAULTS = ["fsync_eio", "write_enospc", "open_erofs", "fsync_kill", "write_kill"]
KILLED = -9
MOST = 5000
VIEWS = 60
Check = Callable[[Path, int, str], None]


class Bench:
    """Copies of one folder, each worked on with another call failing."""

    def __init__(self, made: Path, process: subprocess.Popen[str], shim: Shim) -> None:
        self._made = made
        self._process = process
        self._shim = shim

    def each_failure(self, work: str, fault: str, check: Check) -> int:
        """Checks folder, exit status and output of each run; how many calls there were to fail."""
        for k in range(1, MOST):
            folder = self._made.with_name(f"{work}-{fault}-{k}")
            shutil.copytree(self._made, folder)
            self._shim.fails(f"{fault} at={k}")
            status, said = self.work(work, folder)
            hit = self._shim.was_hit()
            self._shim.fails("")
            assert status != BUG, f"{fault}, K={k}:\n{said}"
            assert status in (0, 1, KILLED), f"{fault}, K={k}: exit status {status}\n{said}"
            check(folder, status, said)
            shutil.rmtree(folder)
            if not hit:
                assert status == 0, said
                return k - 1
        raise AssertionError("there was a failure in every run")

    def work(self, work: str, folder: Path) -> tuple[int, str]:
        """Exit status and output of one run."""
        output = folder.parent.parent / "output"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(work, folder, output, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline()), output.read_text()


@contextmanager
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A folder `made` to be copied, and a process under the shim that forks for each run."""
    under = tmp_path / "under"
    (under / "made" / "journal").mkdir(parents=True)
    shim = Shim(under, tmp_path)
    command = [sys.executable, "-m", "tests.faults.steps"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **shim.env},
    ) as process:
        yield Bench(under / "made", process, shim)


def views_in(folder: Path) -> list[str]:
    """The ids of all facts in the journals."""
    with closing(FolderJournals(folder / "journal")) as journals:
        return [
            fact.id
            for name in journals.names()
            for _, row in journals.groups_after(name, 0, limit=10_000)
            for fact in decode_group(row)
            if isinstance(fact, View)
        ]


def remove_all_journals(folder: Path) -> None:
    """As the applier does it once all is applied: whatever a dead worker left is gone, to the last file."""
    with closing(FolderJournals(folder / "journal")) as journals:
        for name in journals.names():
            assert journals.remove_if_left(name, 1000)
    assert [path.name for path in (folder / "journal").iterdir() if path.suffix != ".lock"] == []


def counted(folder: Path) -> tuple[int, int, int]:
    """How many ids, views and page views of days are stored."""
    with closing(sqlite3.connect(folder / "stats.db")) as stats:
        assert stats.execute("pragma integrity_check").fetchone() == ("ok",)
        return (
            stats.execute("select count(*) from seen_id").fetchone()[0],
            stats.execute("select count(*) from view").fetchone()[0],
            stats.execute("select total(pageviews) from rollup_day where dimension = 0").fetchone()[0],
        )


async def fill(folder: Path) -> None:
    """Databases, and a journal with views that nobody has applied."""
    create_config(folder)
    create_stats(folder)
    async with open_journal(folder / "journal", secrets.token_hex(10)) as journal:
        for number in range(VIEWS):
            await journal.append(encode(a_view(secrets.token_hex(9), number)))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_journal_acknowledges_only_what_it_holds(tmp_path: Path, fault: str) -> None:
    def check(folder: Path, status: int, said: str) -> None:
        acknowledged = {view for line in said.splitlines() if "refused" not in line for view in line.split()}
        held = views_in(folder)
        assert acknowledged <= set(held)
        assert len(held) == len(set(held))
        remove_all_journals(folder)

    with bench(tmp_path) as runs:
        count = runs.each_failure("journal", fault, check)
    print(f"journal, {fault}: {count} failures")
    assert count >= 3


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS)
def test_an_applier_that_failed_leaves_all_to_the_next_which_counts_it_once(
    tmp_path: Path, fault: str
) -> None:
    def check(folder: Path, status: int, said: str) -> None:
        with open_verifier(folder) as truth:
            assert [wrong for day in truth.days(1) for wrong in truth.differences(1, day)] == []
        if status:
            assert runs.work("applier", folder)[0] == 0
        assert counted(folder) == (VIEWS, VIEWS, VIEWS)

    with bench(tmp_path) as runs:
        asyncio.run(fill(tmp_path / "under" / "made"))
        count = runs.each_failure("applier", fault, check)
    print(f"applier, {fault}: {count} failures")
    assert count >= 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_backup_that_failed_leaves_no_file_and_one_that_did_not_is_whole(
    tmp_path: Path, fault: str
) -> None:
    def check(folder: Path, status: int, said: str) -> None:
        left = {path.name for path in folder.iterdir() if "kept" in path.name or path.name.startswith(".")}
        # Who is killed cannot tidy up; but no part of a backup has its name.
        assert left <= {"kept.tar"} or status == KILLED
        if "kept.tar" in left or not status:
            # Only the flush of the folder comes after the name: then, too, the file is whole.
            again = open_installation(folder / "again", f"sqlite:{folder / 'again'}")
            restore_backup(again, folder / "kept.tar", replace=False, at=now())
            assert len(views_in(folder / "again")) == VIEWS

    with bench(tmp_path) as runs:
        asyncio.run(fill(tmp_path / "under" / "made"))
        count = runs.each_failure("backup", fault, check)
    print(f"backup, {fault}: {count} failures")
    assert count >= 3


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_migration_that_failed_can_be_done_again(tmp_path: Path, fault: str) -> None:
    def check(folder: Path, status: int, said: str) -> None:
        if status:
            create_config(folder)
            create_stats(folder)
        with closing(sqlite3.connect(folder / "stats.db")) as stats:
            assert stats.execute("select count(*) from view").fetchone() == (VIEWS_THEN,)
            assert stats.execute("pragma user_version").fetchone() == (newest("stats"),)
        kept = folder / "backups" / "stats-version-1.db"
        with closing(sqlite3.connect(kept)) as stats:
            assert stats.execute("select count(*) from view").fetchone() == (VIEWS_THEN,)

    with bench(tmp_path) as runs:
        make_first_release(tmp_path / "under" / "made")
        count = runs.each_failure("migration", fault, check)
    print(f"migration, {fault}: {count} failures")
    assert count >= 3
