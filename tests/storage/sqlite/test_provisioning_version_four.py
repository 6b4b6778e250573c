"""stats.db as release 0.1.0 wrote it: version 4, with what that release did wrong."""

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from analytics_service.domain.verification import Difference
from analytics_service.storage.sqlite.stats import create_stats
from analytics_service.storage.sqlite.verification import open_verifier
from tests.storage.first_release import sum_older

DAY = 20_700
NOON = (DAY * 86_400 + 43_200) * 1000
EMPTY, PAGE, EVENT, FORGED = 1, 2, 3, 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    migrations = files("analytics_service.storage.sqlite").joinpath("migrations")
    with closing(sqlite3.connect(tmp_path / "stats.db", isolation_level=None)) as stats:
        for number in range(1, 5):
            stats.executescript(migrations.joinpath(f"stats_000{number}.sql").read_text("utf-8"))
        stats.execute("delete from name")
        names = ((EMPTY, ""), (PAGE, "/"), (EVENT, "buy"), (FORGED, "forged"))
        stats.executemany("insert into name values (?, ?)", names)
        stats.execute("pragma user_version = 4")
    return tmp_path


def write(folder: Path, table: str, *rows: tuple[object, ...]) -> None:
    with closing(sqlite3.connect(folder / "stats.db")) as stats, stats:
        stats.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def read(folder: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "stats.db")) as stats:
        return stats.execute(statement).fetchall()


def a_visit(number: int, views: int, events: int, *, site: int = 1, lasted_ms: int = 0) -> tuple[int, ...]:
    described = (PAGE, PAGE, EMPTY, 1, 1, 1)
    return (number, site, 70 + number, DAY, 0, NOON, lasted_ms, *described, views, events, 0)


def test_a_view_with_a_name_is_a_view_again(folder: Path) -> None:
    write(folder, "visit", a_visit(1, 2, 0), a_visit(2, 1, 1))
    views = [
        # A visit of views alone: also under the name of an event that there was.
        (1, DAY, 1, 1, NOON, 0, None, PAGE, FORGED),
        (1, DAY, 1, 2, NOON, 0, None, PAGE, EVENT),
        # A view beside an event.
        (1, DAY, 2, 1, NOON, 0, None, PAGE, FORGED),
        (1, DAY, 2, 2, NOON, 0, None, PAGE, EVENT),
    ]
    write(folder, "view", *views)
    rollups = [
        (1, 0, DAY, 0, 3, 2, 2, 0, 0, 1),
        (1, 1, DAY, PAGE, 3, 0, 0, 0, 0, 1),
        (1, 2, DAY, PAGE, 0, 2, 0, 0, 0, 0),
        (1, 3, DAY, PAGE, 0, 2, 0, 0, 0, 0),
        (1, 22, DAY, EVENT, 0, 0, 0, 0, 0, 1),
    ]
    write(folder, "rollup_day", *rollups)
    write(folder, "rollup_hour", (1, DAY, NOON // 1000, 3, 2, 2, 0, 0, 1))
    create_stats(folder)
    assert differences(folder) == []
    assert read(folder, "select visit, ordinal, name from view order by visit, ordinal") == [
        (1, 1, EMPTY),
        (1, 2, EMPTY),
        (2, 1, EMPTY),
        (2, 2, EVENT),
    ]


def differences(folder: Path) -> list[Difference]:
    sum_older(folder)
    with open_verifier(folder) as truth:
        return [one for day in truth.days(1) for one in truth.differences(1, day)]


def test_the_next_visit_has_a_number_that_none_had_that_was_taken_out(folder: Path) -> None:
    write(folder, "visit", a_visit(3, 1, 0))
    write(folder, "counted", (1, "old", 5, NOON, 0))
    write(folder, "visitor_name", (1, 70, 7, DAY))
    write(folder, "suspect", (1, "v", "visit-12-1", DAY, NOON, "bot", "Robo", b""))
    write(folder, "suspect", (1, "v", "visitor0123456789", DAY, NOON, "bot", "Robo", b""))
    create_stats(folder)
    assert read(folder, "select visit, at from reached") == [(12, NOON)]


def test_an_id_whose_visit_was_taken_out_belongs_to_none(folder: Path) -> None:
    write(folder, "visit", a_visit(1, 1, 0, lasted_ms=1000), a_visit(2, 1, 0, site=2))
    ids = [
        (1, "its own", 1, NOON + 1000, 0),
        (1, "an hour before", 1, NOON - 3_600_000, 0),
        (1, "of another site", 2, NOON, 0),
        (1, "of nobody", 3, NOON, 0),
    ]
    write(folder, "counted", *ids)
    create_stats(folder)
    told = read(folder, "select id, visit from seen_id order by id")
    assert told == [("an hour before", 0), ("its own", 1), ("of another site", 0), ("of nobody", 0)]


def test_a_suspect_under_an_id_that_was_counted_once_can_be_counted(folder: Path) -> None:
    write(folder, "counted", (1, "visit-1-1", 9, NOON, 0), (1, "visit-1-2", 9, NOON, 0))
    write(folder, "suspect", (1, "v", "visit-1-1", DAY, NOON, "bot", "Robo", b""))
    create_stats(folder)
    assert read(folder, "select id from seen_id") == [("visit-1-2",)]


def test_tables_have_their_usual_names_and_no_row_is_lost(folder: Path) -> None:
    write(folder, "waiting", (1, "a view", 2000, NOON))
    write(folder, "position", ("abc", 7, 5))
    create_stats(folder)
    assert read(folder, "select * from pending_engagement") == [(1, "a view", 2000, NOON)]
    assert read(folder, "select journal, seq, durable_seq, shard from position") == [("abc", 7, 5, 0)]
    assert read(folder, "select shard from lease") == [(0,)]
    tables = {name for (name,) in read(folder, "select name from sqlite_schema where type = 'table'")}
    assert not tables & {"name", "counted", "waiting", "care", "visitor_name", "origin", "place", "equipment"}
