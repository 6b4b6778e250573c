"""Days: a program's beacons over local days, two workers, Redis, and a clock that the test winds."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.journey.clocked_service import HANOI, clocked
from tests.redis_server import running_redis
from tests.service import until

ALL = "online,today,yesterday,week,last_week,month,total"
FIRST_DAY = datetime(2026, 11, 20, 8, 0, tzinfo=HANOI)  # a Friday


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with running_redis(tmp_path) as server:
        yield server.url


def expected_counts(by_day: dict[date, int], today: date) -> dict[str, int]:
    """Returns what the counter must show of figures by day, all of them of one month."""
    # The fourth local day is a Monday: the week before it ends with the Sunday.
    monday = today - timedelta(days=today.weekday())
    return {
        "today": by_day.get(today, 0),
        "yesterday": by_day.get(today - timedelta(days=1), 0),
        "week": sum(n for day, n in by_day.items() if day >= monday),
        "last_week": sum(n for day, n in by_day.items() if day < monday),
        "month": sum(by_day.values()),
        "total": sum(by_day.values()),
    }


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
        online = sum(1 for last in seen.values() if at - last <= timedelta(minutes=5))
        visitors = {day: len(who) for day, who in people.items()}
        figures = {"pageviews": views, "visits": visits, "visitors": visitors}
        assert sum(views.values()) == 2000
        for metric, by_day in figures.items():
            right = {"online": online, **expected_counts(by_day, at.date())}
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
