"""Days: a program's beacons over local days, two workers, Redis, and a clock that the test winds."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.journey.winding import HANOI, clocked
from tests.redis_server import running_redis
from tests.service import until

ALL = "online,today,yesterday,week,last_week,month,total"
FIRST_DAY = datetime(2026, 11, 20, 8, 0, tzinfo=HANOI)  # a Friday


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with running_redis(tmp_path) as server:
        yield server.url


def test_two_thousand_beacons_over_three_days_are_counted_right(tmp_path: Path, redis_url: str) -> None:
    chance = random.Random(20261120)
    views: dict[date, int] = {}
    people: dict[date, set[int]] = {}
    seen: dict[int, datetime] = {}
    visits: dict[date, int] = {}
    with clocked(tmp_path / "data", redis_url, FIRST_DAY) as service:
        moments = sorted(chance.uniform(0, 2.9 * 86400) for _ in range(2000))
        at = FIRST_DAY
        for seconds in moments:
            at = FIRST_DAY + timedelta(seconds=round(seconds))
            who = chance.randrange(150)
            service.wind(at)
            service.send(f"203.0.{who // 100}.{who % 100 + 1}", f"/{who % 7}")
            day = at.date()
            views[day] = views.get(day, 0) + 1
            people.setdefault(day, set()).add(who)
            if who not in seen or at - seen[who] > timedelta(minutes=30):
                visits[day] = visits.get(day, 0) + 1
            seen[who] = at
        today = at.date()
        yesterday = today - timedelta(days=1)
        # The fourth local day is a Monday: the week before it ends with the Sunday.
        monday = today - timedelta(days=today.weekday())
        online = sum(1 for last in seen.values() if at - last <= timedelta(minutes=5))
        expected = {
            metric: {
                "online": online,
                "today": figures.get(today, 0),
                "yesterday": figures.get(yesterday, 0),
                "week": sum(n for day, n in figures.items() if day >= monday),
                "last_week": sum(n for day, n in figures.items() if day < monday),
                "month": sum(figures.values()),
                "total": sum(figures.values()),
            }
            for metric, figures in (
                ("pageviews", views),
                ("visits", visits),
                ("visitors", {day: len(who) for day, who in people.items()}),
            )
        }
        assert sum(views.values()) == 2000
        for metric in ("pageviews", "visits", "visitors"):
            right = expected[metric]
            assert until(partial(service.counts, metric, ALL), right.__eq__) == right


def test_who_stays_over_midnight_is_one_online_and_one_visit(tmp_path: Path, redis_url: str) -> None:
    before = datetime(2026, 11, 21, 23, 50, tzinfo=HANOI)
    with clocked(tmp_path / "data", redis_url, before) as service:
        for minute in (58, 59):
            service.wind(before.replace(minute=minute))
            service.send("203.0.113.9", "/a")
        after = datetime(2026, 11, 22, 0, 1, tzinfo=HANOI)
        service.wind(after)
        service.send("203.0.113.9", "/b")
        items = "online,today,yesterday,total"
        # A Saturday night: the visit belongs to the day on which it began; each day has its visitor.
        right = {"online": 1, "today": 1, "yesterday": 2, "total": 3}
        assert until(lambda: service.counts("pageviews", items), right.__eq__) == right
        assert service.counts("visits", items) == {"online": 1, "today": 0, "yesterday": 1, "total": 1}
        assert service.counts("visitors", items) == {"online": 1, "today": 1, "yesterday": 1, "total": 2}
