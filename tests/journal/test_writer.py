"""A worker's own journal: what it takes, what it deletes, and what becomes of it when the disk fails."""

import asyncio
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from analytics_service.errors import Unavailable
from analytics_service.journal import NoJournal, open_journal, writer
from tests.contracts.test_journal import fact, stored


async def test_a_sweep_takes_out_what_is_applied_once_and_nothing_of_a_failed_journal(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        await journal.append(fact(1))
        journal.passed(journal.last_seq)
        await journal.sweep()
        statements: list[str] = []
        journal._db.set_trace_callback(statements.append)
        await journal.sweep()
        assert statements == []
        await journal.append(fact(2))
        journal.passed(journal.last_seq)
        journal.failed.set()
        statements.clear()
        await journal.sweep()
        assert statements == []
        journal._db.set_trace_callback(None)


async def test_a_journal_that_failed_says_why_and_takes_nothing(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        await journal.append(fact(1))
        (tmp_path / "one.db").unlink()
        lost = journal.append(fact(2))
        with pytest.raises(Unavailable) as refused:
            await lost
        assert str(refused.value) == "the disk did not take it"
        assert journal.failed.is_set()
        with pytest.raises(Unavailable) as refused:
            journal.append(fact(3))
        assert str(refused.value) == "the journal cannot be written"


async def test_a_journal_is_refused_while_another_worker_has_it(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one"):
        with pytest.raises(Unavailable, match="journal one belongs to another worker"):
            await open_journal(tmp_path, "one").__aenter__()
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(Unavailable, match=re.escape(f"no journal can be made in {tmp_path}: unable to open")):
        await open_journal(tmp_path, "folder").__aenter__()


async def test_where_no_journal_can_be_made_nothing_is_taken_until_the_disk_takes_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PROBE_INTERVAL", timedelta(milliseconds=1))
    missing = tmp_path / "missing"
    tried = asyncio.Event()
    loop, write = asyncio.get_running_loop(), writer._write_and_remove

    def noted(probe: Path) -> None:
        loop.call_soon_threadsafe(tried.set)
        write(probe)

    monkeypatch.setattr(writer, "_write_and_remove", noted)
    none = NoJournal(missing)
    with pytest.raises(Unavailable) as refused:
        none.append(b"12345")
    assert str(refused.value) == "no journal can be made for 5 bytes"
    for _ in range(2):
        await asyncio.wait_for(tried.wait(), 10)
        tried.clear()
    assert not none.failed.is_set()
    missing.mkdir()
    await asyncio.wait_for(none.failed.wait(), 10)
    assert [path.name for path in missing.iterdir()] == []
    await none.close()


async def test_a_journal_takes_so_many_bytes_and_facts_as_may_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PENDING_FACTS", 3)
    monkeypatch.setattr(writer, "PENDING_BYTES", 10 * len(fact(1)))
    async with open_journal(tmp_path, "one") as journal:
        waiting = [journal.append(fact(number)) for number in range(3)]
        with pytest.raises(Unavailable, match="the disk is slower than the visitors") as refused:
            journal.append(fact(4))
        assert refused.value.retry_after == 2
        await asyncio.gather(*waiting)
        # Exactly as many bytes as may wait are taken, and room is there again once they are on disk.
        await journal.append(b"\xc0" * 10 * len(fact(1)))
        monkeypatch.setattr(writer, "PENDING_FACTS", 1_000)
        last = [journal.append(fact(5)) for _ in range(10)]
        with pytest.raises(Unavailable, match="slower than the visitors"):
            journal.append(b"\xc0")
        await asyncio.gather(*last)


async def test_a_group_larger_than_a_row_becomes_several_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GROUP_LIMIT", 2)
    async with open_journal(tmp_path, "one") as journal:
        await asyncio.gather(*(journal.append(fact(number)) for number in range(5)))
        assert stored(tmp_path, "one") == [f"view-{number}" for number in range(5)]
        assert journal.last_seq == 3
        journal.passed(2)
        journal.passed(1)
        await journal.append(fact(6))
        assert stored(tmp_path, "one") == ["view-4", "view-6"]


async def test_a_journal_whose_file_was_replaced_ends_and_names_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_journal(tmp_path, "one") as journal:
        journal.look()
        assert not journal.failed.is_set()
        (tmp_path / "one.db").rename(tmp_path / "two.db")
        (tmp_path / "one.db").touch()
        for _ in range(2):
            journal.look()
        assert journal.failed.is_set()
    assert caplog.text.count("journal one cannot be flushed, so this worker ends") == 1
    assert f"was replaced: '{tmp_path / 'one.db'}'" in caplog.text


async def test_a_journal_that_ends_lets_its_file_and_its_name_go(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        last = journal.append(fact(1))
    assert last.done()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        journal._db.execute("select 1")
    async with open_journal(tmp_path, "one"):
        assert stored(tmp_path, "one") == ["view-1"]


async def test_a_journal_is_read_while_it_is_written_and_survives_a_power_cut(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "one") as journal:
        modes = [
            journal._db.execute(f"pragma {mode}").fetchone()[0]
            for mode in ("journal_mode", "synchronous", "secure_delete")
        ]
    assert modes == ["wal", 2, 1]
