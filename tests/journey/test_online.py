"""Workers and one Redis: *online* is what an outside program counted, over restarts and midnight too."""

from datetime import datetime, timedelta
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from random import Random
from threading import Thread

from tests.faults.senders import Connection
from tests.faults.sizes import soak
from tests.journey.clocked_service import HANOI, clocked
from tests.redis_server import running_redis
from tests.service import Service, add_site, known, serving, until, view_id

VISITORS = soak(4_000, 20_000)
PAGES = 10
CONNECTIONS = 8
QUIET_FOR = 20
"""Seconds in which the figure is right: ten times what is promised."""


def _sent(service: Service, site: str, told: list[tuple[int, int]]) -> None:
    connection = Connection(service.url)
    for visitor, page in told:
        body = {"k": "v", "s": site, "i": view_id(), "u": f"https://x.example.vn/{page}"}
        address = str(IPv4Address("203.0.0.0") + visitor)
        # Its worker may hear of the new site later than another did.
        answer = until(partial(connection.post, body, address), (202, "counted").__eq__, limit=5)
        assert answer == (202, "counted")
    connection.close()


def test_online_is_the_number_of_visitors_over_all_workers_and_tabs(tmp_path: Path) -> None:
    chance = Random(11)
    # A third of them have two or three tabs, which other workers answer.
    views = [
        (visitor, chance.randrange(PAGES))
        for visitor in range(VISITORS)
        for _ in range(chance.choice((1, 1, 1, 1, 2, 3)))
    ]
    chance.shuffle(views)
    with (
        running_redis(tmp_path) as redis,
        serving(tmp_path / "data", "--workers", "4", "--redis", redis.url) as service,
    ):
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        threads = [
            Thread(target=_sent, args=(service, site, views[number::CONNECTIONS]))
            for number in range(CONNECTIONS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asked = iter(range(10**6))

        def online() -> int:
            # Answers are kept for some seconds: each question is another.
            items = ["today", "yesterday", "week", "last_week", "month", "year", "total", "peak"]
            mask = next(asked)
            beside = [item for bit, item in enumerate(items) if mask >> bit & 1]
            return service.counts(site, ",".join(["online", *beside]))["online"]

        assert until(online, lambda number: number == VISITORS, limit=QUIET_FOR) == VISITORS

        def today() -> int:
            return service.counts(site, "today", "visitors")["today"]

        assert until(today, VISITORS.__eq__, limit=QUIET_FOR) == VISITORS


def test_after_a_restart_at_twenty_past_midnight_nobody_is_online_twice(tmp_path: Path) -> None:
    midnight = datetime(2026, 11, 21, tzinfo=HANOI)
    addresses = [f"203.0.113.{number}" for number in range(100)]

    def sent(minutes: int, kind: str, senders: list[str]) -> None:
        service.wind(midnight + timedelta(minutes=minutes))
        for address in senders:
            service.send(address, "/", kind)

    with (
        running_redis(tmp_path) as redis,
        clocked(tmp_path / "data", redis.url, midnight - timedelta(minutes=10)) as service,
    ):
        sent(-10, "v", addresses)
        sent(16, "v", addresses)
        until(lambda: service.counts("pageviews", "total"), {"total": 200}.__eq__)
        service.wind(midnight + timedelta(minutes=20))
        service.restart_workers()
        sent(20, "p", addresses)
        # Whoever comes last shows that all who came before are counted.
        sent(20, "v", ["198.51.100.1"])
        expected = {"online": 101, "peak": 101}
        assert until(lambda: service.counts("visits", "online,peak"), expected.__eq__) == expected
