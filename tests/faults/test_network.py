"""A network that loses answers, loses requests and delivers others twice; a flood of different values."""

import json
import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.senders import Connection, Log
from tests.faults.sizes import soak
from tests.service import Service, add_site, known, run, serving, until, view_id

BEACONS = soak(4_000, 100_000)
DIFFERENT = soak(3_000, 100_000)
CAP = 200
THREADS = 4


class LossyNetwork:
    """One sender behind it: it tries again until it has read an answer, always with the same id."""

    def __init__(self, url: str, site: str, log: Log, seed: int) -> None:
        self._url = url
        self._site = site
        self._log = log
        self._chance = random.Random(seed)
        self._connection: Connection | None = None

    def deliver(self, count: int) -> None:
        """Sends that many views until each was answered."""
        for _ in range(count):
            body = {"k": "v", "s": self._site, "i": view_id(), "u": f"https://x.example.vn/{count % 9}"}
            self._log.sent.add(body["i"])
            address = f"203.0.113.{self._chance.randrange(250)}"
            while not self._try(body, address):
                pass
            if self._chance.random() < 0.2:
                self._try(body, address)
            self._log.accepted.add(body["i"])
        self._drop()

    def _try(self, body: dict[str, str], address: str) -> bool:
        """Whether an answer came through: of three in ten, request or answer is lost."""
        self._connection = self._connection or Connection(self._url)
        fate = self._chance.random()
        if fate < 0.1:
            self._connection.send(body, address)
            self._drop()
            return False
        status, _ = self._connection.post(body, address)
        assert status == 202
        if fate < 0.3:
            self._drop()
            return False
        return True

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@pytest.mark.timeout(3600)
def test_every_view_is_counted_once_over_a_network_that_loses_and_doubles(tmp_path: Path) -> None:
    log = Log()
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        networks = [LossyNetwork(service.url, site, log, seed) for seed in range(THREADS)]
        threads = [threading.Thread(target=one.deliver, args=(BEACONS // THREADS,)) for one in networks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(log.accepted) == BEACONS
        total = until(lambda: service.counts(site, "total", "pageviews")["total"], BEACONS.__eq__)
        verdict = judged_at_last(service.data, log)
    print(f"{BEACONS} beacons over a lossy network: {total} counted, {verdict}")
    assert (total, verdict) == (BEACONS, RIGHT)


def _resident(service: Service) -> int:
    """MiB of the worker and the applier together."""
    total = 0
    for role in ("worker", "applier"):
        status = Path(f"/proc/{service.child(role)}/status").read_text()
        total += int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
    return total // 1024


@pytest.mark.timeout(3600)
def test_a_flood_of_different_paths_titles_and_sites_stays_bounded_and_exact(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env={"ANALYTICS_DIMENSION_CAP": str(CAP)}) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        before = _resident(service)

        def flood(start: int) -> None:
            connection = Connection(service.url)
            for number in range(start, DIFFERENT, THREADS):
                view = {"k": "v", "s": site, "i": view_id(), "u": f"https://x.example.vn/{number}"}
                told = {"t": f"title {number}", "r": f"https://r{number}.example/"}
                who = f"203.0.{number % 250}.{number // 250 % 250}"
                assert connection.post({**view, **told}, who) == (202, "counted")
                unknown = connection.post({**view, "s": f"zz{number}"}, who)
                assert unknown == (202, "dropped; reason=unknown-site")
            connection.close()

        threads = [threading.Thread(target=flood, args=(start,)) for start in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        total = until(lambda: service.counts(site, "total", "pageviews")["total"], DIFFERENT.__eq__)
        after = _resident(service)
        told = json.loads(run("verify", "--json", data=service.data).stdout)
    with closing(sqlite3.connect(tmp_path / "data" / "stats.db")) as stats:
        pages = stats.execute("select count(*) from rollup_day where dimension = 1").fetchone()[0]
        names = stats.execute("select count(*) from string").fetchone()[0]
        titles = stats.execute("select count(*) from page_title").fetchone()[0]
        drops = stats.execute(
            "select site, reason, sum(count) from drop_day group by site, reason"
        ).fetchall()
    print(f"{DIFFERENT} different paths and sites: {names} names, {before} MiB before, {after} MiB after")
    assert (total, told["differences"]) == (DIFFERENT, [])
    assert (pages, titles <= CAP, names <= 2 * CAP + 30) == (CAP + 1, True, True)
    assert drops == [(0, "unknown-site", DIFFERENT)]
    assert after < before + 150
