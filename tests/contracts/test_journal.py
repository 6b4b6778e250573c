"""The journal: what was accepted is read back, whatever became of its worker."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from analytics_service.disk.locks import lock
from analytics_service.domain.facts import View, VisitorFact, decode_group, encode
from analytics_service.errors import Unavailable
from analytics_service.journal import FolderJournals, open_journal, writer
from tests.faults.sizes import soak


def fact(number: int) -> bytes:
    return encode(View(site=1, at=number, id=f"view-{number}"))


def stored(folder: Path, name: str, after: int = 0) -> list[str]:
    journals = FolderJournals(folder)
    try:
        return [
            one.id
            for _, row in journals.groups_after(name, after)
            for one in decode_group(row)
            if isinstance(one, VisitorFact)
        ]
    finally:
        journals.close()


async def test_facts_of_one_moment_share_a_flush_and_are_read_back_in_order(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        first = journal.append(fact(0))
        shared = {id(journal.append(fact(number))) for number in range(1, 50)}
        await asyncio.gather(first, journal.append(fact(50)))
        assert len(shared) == 1
        assert stored(tmp_path, "one") == [f"view-{number}" for number in range(51)]


async def test_a_journal_emptied_and_written_again_is_read_again(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        await journal.append(fact(1))
        applied = journal.last_seq
        journal.passed(applied)
        await journal.append(fact(2))
        journal.passed(journal.last_seq)
        applied = journal.last_seq
        await journal.append(fact(3))
        assert journal.last_seq > applied
        assert stored(tmp_path, "one", after=applied) == ["view-3"]


def left_in_files(folder: Path, number: int) -> list[str]:
    """The files in which a trace of that fact is left."""
    mark = f"view-{number}".encode()
    return sorted(file.name for file in folder.iterdir() if mark in file.read_bytes())


async def test_what_is_applied_leaves_no_trace_although_nothing_new_comes(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        for number in range(7_001, 7_101):
            await journal.append(fact(number))
        journal.passed(journal.last_seq - 1)
        await journal.sweep()
        # One group is not applied yet: nothing is touched.
        assert stored(tmp_path, "one")[-1] == "view-7100"
        journal.passed(journal.last_seq)
        assert left_in_files(tmp_path, 7_050)
        await journal.sweep()
        assert [left_in_files(tmp_path, number) for number in (7_001, 7_050, 7_100)] == [[], [], []]
        applied = journal.last_seq
        await journal.append(fact(7_200))
        assert journal.last_seq > applied
        assert stored(tmp_path, "one", after=applied) == ["view-7200"]
        assert not journal.failed.is_set()


async def test_a_reader_in_the_way_of_the_sweep_costs_nothing(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        await journal.append(fact(7_001))
        journal.passed(journal.last_seq)
        with closing(sqlite3.connect(tmp_path / "one.db", isolation_level=None)) as reader:
            reader.execute("begin")
            reader.execute("select count(*) from facts").fetchone()
            await journal.sweep()
            await journal.append(fact(7_002))
            reader.execute("rollback")
        assert stored(tmp_path, "one") == ["view-7002"]
        assert not journal.failed.is_set()
        journal.passed(journal.last_seq)
        await journal.sweep()
        assert left_in_files(tmp_path, 7_001) == left_in_files(tmp_path, 7_002) == []


def test_the_obvious_schema_would_lose_the_new_fact(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "plain.db")
    plain.execute("create table facts (seq integer primary key, facts blob not null)")
    applied = plain.execute("insert into facts (facts) values (x'01')").lastrowid
    plain.execute("delete from facts")
    again = plain.execute("insert into facts (facts) values (x'02')").lastrowid
    plain.close()
    assert again == applied


async def test_the_journal_of_a_worker_that_ended_is_removed_once_it_is_applied(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        await journal.append(fact(1))
        seq = journal.last_seq
        journals = FolderJournals(tmp_path)
        assert not journals.remove_if_left("one", seq)
    assert not journals.remove_if_left("one", seq - 1)
    assert stored(tmp_path, "one") == ["view-1"]
    assert journals.remove_if_left("one", seq)
    assert os.listdir(tmp_path) == []
    journals.close()


KILLED = """
import asyncio, os, sys
from pathlib import Path
from analytics_service.domain.facts import View, encode
from analytics_service.journal import open_journal

async def main():
    async with open_journal(Path(sys.argv[1]), "one") as journal:
        await journal.append(encode(View(site=1, at=1, id="view-1")))
        os.kill(os.getpid(), 9)

asyncio.run(main())
"""


@pytest.mark.parametrize("power_cut", [False, True])
def test_the_journal_of_a_killed_worker_is_read_to_its_end(tmp_path: Path, power_cut: bool) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, timeout=30)
    if power_cut:
        (tmp_path / "one.db-shm").unlink()
    assert stored(tmp_path, "one") == ["view-1"]


async def test_a_journal_torn_at_any_byte_holds_whole_groups_only(tmp_path: Path) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    whole.mkdir()
    groups = []
    async with open_journal(whole, "one") as journal:
        for group in range(3):
            groups.append([f"view-{group * 10 + n}" for n in range(3)])
            await asyncio.gather(*[journal.append(fact(group * 10 + n)) for n in range(3)])
        database, log = (whole / "one.db").read_bytes(), (whole / "one.db-wal").read_bytes()
    prefixes = [[], groups[0], groups[0] + groups[1], groups[0] + groups[1] + groups[2]]
    seen = set()
    for length in [*range(0, len(log), soak(37, 1)), len(log)]:
        torn.mkdir()
        (torn / "one.db").write_bytes(database)
        (torn / "one.db-wal").write_bytes(log[:length])
        held = stored(torn, "one")
        assert held in prefixes, length
        seen.add(len(held))
        shutil.rmtree(torn)
    assert seen == {0, 3, 6, 9}


async def test_a_flush_that_fails_answers_nobody_and_ends_the_journal(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        await journal.append(fact(1))
        real = journal._db
        journal._db = sqlite3.connect(
            f"file:{tmp_path / 'one.db'}?mode=ro", uri=True, check_same_thread=False
        )
        with pytest.raises(Unavailable):
            await journal.append(fact(2))
        assert journal.failed.is_set()
        with pytest.raises(Unavailable):
            journal.append(fact(3))
        real.close()
    assert stored(tmp_path, "one") == ["view-1"]


class WithoutMemory:
    """A connection whose statements find no memory."""

    def execute(self, *_: object) -> None:
        raise MemoryError

    def close(self) -> None:
        pass


async def test_a_flush_that_fails_for_a_reason_nobody_thought_of_answers_nobody_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_journal(tmp_path, "one") as journal:
        real, journal._db = journal._db, cast("sqlite3.Connection", WithoutMemory())
        with pytest.raises(Unavailable):
            await asyncio.wait_for(journal.append(fact(1)), 10)
        assert journal.failed.is_set()
        with pytest.raises(Unavailable):
            journal.append(fact(2))
        real.close()
    assert "Traceback" in caplog.text


async def test_a_disk_slower_than_the_visitors_is_told_and_memory_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PENDING_FACTS", 10)
    async with open_journal(tmp_path, "one") as journal:
        accepted = [journal.append(fact(number)) for number in range(10)]
        with pytest.raises(Unavailable):
            journal.append(fact(10))
        await asyncio.gather(*accepted)
        await journal.append(fact(11))
    assert len(stored(tmp_path, "one")) == 11


def test_a_journal_belongs_to_one_worker(tmp_path: Path) -> None:
    held = lock(tmp_path / "one.lock")
    assert held is not None
    assert lock(tmp_path / "one.lock") is None
    os.close(held)


def locks(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.lock"))


async def test_a_lock_without_a_journal_goes_and_one_that_somebody_holds_stays(tmp_path: Path) -> None:
    (tmp_path / "left.lock").touch()
    held = lock(tmp_path / "held.lock")
    assert held is not None
    async with open_journal(tmp_path, "one"):
        assert locks(tmp_path) == ["held.lock", "one.lock"]
        # Who wanted the one that was removed has another, which keeps out others.
        again = lock(tmp_path / "left.lock")
        assert again is not None
        assert lock(tmp_path / "left.lock") is None
        os.close(again)
    os.close(held)


async def test_a_journal_that_cannot_be_made_leaves_no_lock(tmp_path: Path) -> None:
    (tmp_path / "one.db").symlink_to(tmp_path / "no" / "such" / "folder")
    with pytest.raises(Unavailable):
        async with open_journal(tmp_path, "one"):
            pass
    assert locks(tmp_path) == []
