"""Journals as the applier reads them: what is gone is let go, what is not made yet is empty."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from analytics_service.disk.locks import lock
from analytics_service.errors import Damaged, Unavailable
from analytics_service.journal import FolderJournals


def make(folder: Path, name: str, *rows: bytes) -> None:
    """A journal with these groups."""
    with closing(sqlite3.connect(folder / f"{name}.db")) as journal, journal:
        journal.execute("create table facts (seq integer primary key autoincrement, facts blob not null)")
        journal.executemany("insert into facts (facts) values (?)", [(row,) for row in rows])


def test_groups_are_read_in_their_order_so_many_at_a_time(tmp_path: Path) -> None:
    make(tmp_path, "one", *(bytes([number]) for number in range(1, 6)))
    with closing(FolderJournals(tmp_path)) as journals:
        assert journals.groups_after("one", 0, 2) == [(1, b"\1"), (2, b"\2")]
        assert journals.groups_after("one", 2) == [(3, b"\3"), (4, b"\4"), (5, b"\5")]
        assert journals.groups_after("one", 5) == []
        assert journals.last("one") == 5


def test_a_journal_that_its_worker_is_making_is_empty(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "one.db").close()
    with closing(FolderJournals(tmp_path)) as journals:
        assert journals.names() == ["one"]
        assert journals.groups_after("one", 0) == []


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "two.db").write_bytes(b"no journal" * 1000)
    with closing(FolderJournals(tmp_path)) as journals:
        with pytest.raises(Damaged, match="journal two"):
            journals.groups_after("two", 0)
        with pytest.raises(Unavailable, match="journal none"):
            journals.groups_after("none", 0)


def test_a_journal_that_is_gone_is_no_longer_held_open(tmp_path: Path) -> None:
    make(tmp_path, "one", b"\1")
    make(tmp_path, "two", b"\2")
    with closing(FolderJournals(tmp_path)) as journals:
        for name in journals.names():
            journals.groups_after(name, 0)
        held = journals._open["one"]
        (tmp_path / "one.db").unlink()
        assert journals.names() == ["two"]
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            held.execute("select 1")
        assert journals.groups_after("two", 0) == [(1, b"\2")]


def test_a_journal_with_something_newer_or_a_worker_stays(tmp_path: Path) -> None:
    make(tmp_path, "one", b"\1", b"\2")
    with closing(FolderJournals(tmp_path)) as journals:
        assert not journals.remove_if_left("one", 1)
        held = lock(tmp_path / "one.lock")
        assert held is not None
        assert not journals.remove_if_left("one", 2)
        os.close(held)
        assert journals.remove_if_left("one", 2)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_is_whole_and_a_single_file(tmp_path: Path) -> None:
    make(tmp_path, "one", b"\1")
    (tmp_path / "copies").mkdir()
    with closing(FolderJournals(tmp_path)) as journals:
        journals.copy("one", tmp_path / "copies" / "one.db")
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["one.db"]
    with closing(FolderJournals(tmp_path / "copies")) as journals:
        assert journals.groups_after("one", 0) == [(1, b"\1")]


def test_a_copy_of_a_damaged_journal_is_refused(tmp_path: Path) -> None:
    make(tmp_path, "one", *(bytes([number]) * 4_000 for number in range(20)))
    whole = (tmp_path / "one.db").read_bytes()
    (tmp_path / "one.db").write_bytes(whole[:8_192] + b"\xff" * 4_096 + whole[12_288:])
    with closing(FolderJournals(tmp_path)) as journals, pytest.raises(Damaged) as refused:
        journals.copy("one", tmp_path / "copy.db")
    assert str(refused.value).startswith("journal one is damaged: ")
