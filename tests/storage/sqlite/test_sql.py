"""Transactions and connections of every SQLite file."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from analytics_service.storage.sqlite.sql import (
    day_number,
    day_of,
    open_for_writing,
    transaction,
    truncate_wal,
)


def opened(path: Path, **given: timedelta) -> sqlite3.Connection:
    connection = open_for_writing(path, synchronous="full", make=True, **given)
    connection.execute("create table if not exists t (a integer) strict")
    return connection


def rows(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as reader:
        return [a for (a,) in reader.execute("select a from t order by a")]


def test_nobody_sees_a_transaction_before_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(opened(path)) as connection:
        with transaction(connection):
            connection.execute("insert into t values (1)")
            connection.execute("insert into t values (2)")
            assert rows(path) == []
        assert rows(path) == [1, 2]


def test_of_a_transaction_that_fails_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(opened(path)) as connection:
        connection.execute("insert into t values (7)")
        with pytest.raises(sqlite3.Error), transaction(connection):
            connection.executemany("insert into t values (?)", [(1,), ("no number",)])
        assert (rows(path), connection.in_transaction) == ([7], False)


def test_a_second_writer_waits_for_the_first_one_and_then_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(opened(path)) as first, closing(opened(path, busy=timedelta(milliseconds=10))) as second:
        with transaction(first):
            first.execute("insert into t values (1)")
            with pytest.raises(sqlite3.OperationalError, match="locked"), transaction(second):
                raise AssertionError
        with transaction(second):
            second.execute("insert into t values (2)")
    assert rows(path) == [1, 2]


def test_a_connection_for_writing_is_durable_and_leaves_no_trace_of_what_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(opened(path)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
        assert connection.execute("pragma synchronous").fetchone() == (2,)
        assert connection.execute("pragma secure_delete").fetchone() == (1,)
        assert connection.isolation_level is None
        connection.execute("insert into t values (1)")
        assert (tmp_path / "a.db-wal").stat().st_size > 0
        truncate_wal(connection)
        assert (tmp_path / "a.db-wal").stat().st_size == 0


def test_a_reader_in_the_way_of_emptying_the_wal_is_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(opened(path, busy=timedelta(0))) as connection, closing(sqlite3.connect(path)) as reader:
        connection.execute("insert into t values (1)")
        reader.execute("begin")
        reader.execute("select * from t").fetchall()
        connection.execute("insert into t values (2)")
        truncate_wal(connection)
        assert connection.execute("select count(*) from t").fetchone() == (2,)


def test_a_file_that_is_not_there_is_made_only_by_who_says_so(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        open_for_writing(tmp_path / "a.db", synchronous="full")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [-1, 0, 1, 20_000])
def test_a_day_has_a_number(number: int) -> None:
    assert day_of(number) == date(1970, 1, 1) + timedelta(days=number)
    assert day_number(day_of(number)) == number
