"""kill -9 at random under load: the judge is the sender's own log of ids and answers."""

import os
import random
import signal
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.service import Service, add_site, serving, until, view_id

SOAK = bool(os.environ.get("SOAK"))
CYCLES = 500 if SOAK else 8
SENDERS = 4


@dataclass
class Sender:
    """Sends views, some of them twice, and writes down each id with its answer."""

    site: str
    address: list[str]
    sent: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        client = httpx2.Client(timeout=5)
        while not self.stopped.is_set():
            view = view_id()
            body = {"k": "v", "s": self.site, "i": view, "u": f"https://x.example.vn/{chance.randrange(20)}"}
            headers = {"x-forwarded-for": f"203.0.113.{chance.randrange(200)}"}
            self.sent.add(view)
            for _ in range(2 if chance.random() < 0.2 else 1):
                try:
                    answer = client.post(self.address[0] + "/v", json=body, headers=headers)
                except httpx2.TransportError:
                    # What is not answered may be stored or not; it is never sent again here.
                    time.sleep(0.01)
                    continue
                if answer.status_code == 202 and answer.headers["x-vstats"] == "counted":
                    self.accepted.add(view)
        client.close()


def judged(data: Path, senders: list[Sender]) -> tuple[int, int, int, int]:
    """Lost, doubled and invented views, and how far the sums are apart."""
    with closing(sqlite3.connect(f"file:{data / 'stats.db'}?mode=ro", uri=True)) as stats:
        assert stats.execute("pragma integrity_check").fetchone() == ("ok",)
        stored = {row[0] for row in stats.execute("select id from counted")}
        views = stats.execute("select count(*) from view").fetchone()[0]
        by_day = stats.execute("select sum(pageviews) from rollup_day where dimension = 0").fetchone()[0]
        by_page = stats.execute("select sum(pageviews) from rollup_day where dimension = 1").fetchone()[0]
        by_hour = stats.execute("select sum(pageviews) from rollup_hour").fetchone()[0]
    sent = set().union(*(sender.sent for sender in senders))
    accepted = set().union(*(sender.accepted for sender in senders))
    apart = max(by_day, by_page, by_hour, views) - min(by_day, by_page, by_hour, views)
    return len(accepted - stored), views - len(stored), len(stored - sent), apart


def test_nothing_accepted_is_lost_doubled_or_invented_however_often_it_is_killed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    chance = random.Random(20261123)
    service = Service(data)
    site = add_site(data, "x.example.vn")["public_id"]
    until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
    address = [service.url]
    senders = [Sender(site, address) for _ in range(SENDERS)]
    threads = [
        threading.Thread(target=sender.run, args=(seed,)) for seed, sender in enumerate(senders, start=1)
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(CYCLES):
            time.sleep(chance.uniform(0.1, 0.6))
            whom = chance.choice(["all", "worker", "applier"])
            if whom == "all":
                service.kill()
                service = Service(data)
                address[0] = service.url
            else:
                children = _running(service, whom)
                os.kill(children[0], signal.SIGKILL)
    finally:
        for sender in senders:
            sender.stopped.set()
        for thread in threads:
            thread.join()
        if service.process.poll() is None:
            service.kill()
    with serving(data):
        right = (0, 0, 0, 0)
        assert until(lambda: judged(data, senders), right.__eq__) == right
    accepted = sum(len(sender.accepted) for sender in senders)
    print(f"{CYCLES} kills, {accepted} accepted: 0 lost, 0 doubled, 0 invented")
    assert accepted > CYCLES * 20


def _running(service: Service, role: str) -> list[int]:
    return until(lambda: _children(service, role), bool)


def _children(service: Service, role: str) -> list[int]:
    try:
        return [service.child(role)]
    except (AssertionError, FileNotFoundError):
        return []
