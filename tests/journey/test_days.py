"""Days: a program's beacons over local days, two workers, Redis, and a clock that the test winds."""

import random
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import httpx2
import msgspec
import pytest

from analytics_service.administering.sites import SiteWish, add_site
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.stats import create_stats
from tests.redis_server import running_redis
from tests.service import until, view_id

CLOCKED = Path(__file__).with_name("clocked.py")
HANOI = timezone(timedelta(hours=7))
ALL = "online,today,yesterday,week,last_week,month,total"
FIRST_DAY = datetime(2026, 11, 20, 8, 0, tzinfo=HANOI)  # a Friday


@dataclass
class Clocked:
    """Two workers and an applier whose time the test sets."""

    url: str
    site: str
    wound: Path
    http: httpx2.Client

    def wind(self, at: datetime) -> None:
        """Sets the time, whole at once."""
        new = self.wound.with_suffix(".new")
        new.write_text(at.isoformat())
        new.rename(self.wound)

    def send(self, address: str, path: str) -> None:
        """A view, sent again with its id while the workers have not noticed a leap of their clock."""
        body = {"k": "v", "s": self.site, "i": view_id(), "u": f"https://x.example.vn{path}"}
        headers = {"x-forwarded-for": address, "user-agent": "Mozilla/5.0 Firefox/140"}
        answer = until(
            lambda: self.http.post("/v", json=body, headers=headers), lambda answer: answer.status_code != 503
        )
        assert (answer.status_code, answer.headers["x-vstats"]) == (202, "counted")

    def counts(self, metric: str, items: str) -> dict[str, int]:
        """The public counter's figures."""
        answer = self.http.get(
            f"/api/v1/sites/{self.site}/counter", params={"items": items, "metric": metric}
        )
        counts: dict[str, int] = answer.json()["counts"]
        return counts


@contextmanager
def clocked(folder: Path, redis: str, at: datetime) -> Iterator[Clocked]:
    (folder / "journal").mkdir(parents=True)
    create_config(folder)
    create_stats(folder)
    with open_config(folder) as config:
        made = add_site(config, "x.example.vn", SiteWish(), at=at, random=secrets.token_bytes, by="test")
    wound = folder / "clock"
    wound.write_text(at.isoformat())
    listening = socket.create_server(("127.0.0.1", 0))
    listening.set_inheritable(True)
    settings = Settings(data=str(folder), redis=redis, workers=2)
    told = msgspec.json.encode(settings).decode()
    processes = [
        subprocess.Popen(
            [sys.executable, str(CLOCKED), told, str(listening.fileno()), role, str(wound)],
            pass_fds=(listening.fileno(),),
        )
        for role in ("applier", "worker", "worker")
    ]
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    # No connection is kept, so that both workers get their share.
    with httpx2.Client(base_url=url, timeout=30, limits=httpx2.Limits(max_keepalive_connections=0)) as http:
        try:
            yield Clocked(url, made.public_id, wound, http)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(20)
            listening.close()


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
