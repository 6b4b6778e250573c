"""A clock that is set back and forward under the running service: no time is negative, sums agree."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.journey.clocked_service import HANOI, Clocked, clocked
from tests.redis_server import running_redis
from tests.service import run, until

PEOPLE = [f"203.0.113.{number}" for number in range(1, 6)]


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with running_redis(tmp_path) as server:
        yield server.url


def _everybody_looks(service: Clocked, at: datetime) -> int:
    service.wind(at)
    for address in PEOPLE:
        service.send(address, "/")
    return len(PEOPLE)


def _is_sound(data: Path, views: int) -> None:
    assert until(lambda: _stored(data)[0], views.__eq__) == views
    assert _stored(data) == (views, 0)
    told = json.loads(run("verify", "--json", data=data).stdout)
    assert told["differences"] == []


def _stored(data: Path) -> tuple[int, int]:
    """How many views there are, and how many visits end before they begin."""
    with closing(sqlite3.connect(f"file:{data / 'stats.db'}?mode=ro", uri=True, timeout=5)) as stats:
        return (
            stats.execute("select count(*) from view").fetchone()[0],
            stats.execute("select count(*) from visit where lasted_ms < 0 or engaged_ms < 0").fetchone()[0],
        )


def test_a_clock_set_back_two_hours_counts_nobody_twice(tmp_path: Path, redis_url: str) -> None:
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=HANOI)
    with clocked(tmp_path / "data", redis_url, noon) as service:
        views = _everybody_looks(service, noon)
        views += _everybody_looks(service, noon - timedelta(hours=2))
        views += _everybody_looks(service, noon + timedelta(minutes=1))
        _is_sound(tmp_path / "data", views)
        assert service.counts("visitors", "today") == {"today": len(PEOPLE)}


def test_a_day_that_is_entered_twice_is_one_day(tmp_path: Path, redis_url: str) -> None:
    evening = datetime(2026, 11, 20, 23, 59, tzinfo=HANOI)
    with clocked(tmp_path / "data", redis_url, evening) as service:
        views = _everybody_looks(service, evening)
        views += _everybody_looks(service, evening + timedelta(minutes=2))
        views += _everybody_looks(service, evening)
        views += _everybody_looks(service, evening + timedelta(minutes=3))
        _is_sound(tmp_path / "data", views)
        items = "today,yesterday,total"
        right = {"today": 5, "yesterday": 5, "total": 10}
        assert until(lambda: service.counts("visitors", items), right.__eq__) == right
        # Each visit went on over midnight and back: it belongs to the day on which it began.
        assert service.counts("visits", items) == {"today": 0, "yesterday": 5, "total": 5}


def test_a_clock_a_day_ahead_and_set_right_again_keeps_both_days(tmp_path: Path, redis_url: str) -> None:
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=HANOI)
    with clocked(tmp_path / "data", redis_url, noon) as service:
        views = _everybody_looks(service, noon)
        views += _everybody_looks(service, noon + timedelta(days=1))
        views += _everybody_looks(service, noon + timedelta(minutes=5))
        _is_sound(tmp_path / "data", views)
        assert service.counts("visitors", "today") == {"today": len(PEOPLE)}
        assert service.counts("pageviews", "total") == {"total": views}


def test_an_hour_that_comes_twice_is_two_hours_of_one_day(tmp_path: Path, redis_url: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    with clocked(tmp_path / "data", redis_url, before, "Europe/Berlin") as service:
        views = _everybody_looks(service, before)
        # The same local time an hour later: summer time has ended.
        views += _everybody_looks(service, before.replace(fold=1))
        views += _everybody_looks(service, datetime(2026, 10, 25, 23, 0, tzinfo=berlin))
        _is_sound(tmp_path / "data", views)
        assert service.counts("pageviews", "today") == {"today": views}
    with closing(sqlite3.connect(tmp_path / "data" / "stats.db")) as stats:
        hours = stats.execute("select hour, pageviews from rollup_hour order by hour").fetchall()
    assert [count for _, count in hours] == [5, 5, 5]
    assert hours[1][0] - hours[0][0] == 3600
