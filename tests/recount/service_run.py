"""The real service under a clock that who sends the beacons winds; each worker has a port of its own."""

import http.client
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.recount.beacons import ZONES, Beacon, domain, week_start
from tests.recount.stored_figures import waiting
from tests.service import add_site, serving, until

CLOCKED = Path(__file__).parent.parent / "journey" / "clocked_process.py"
ANSWERED_WITHIN = 30.0
DRAINED_WITHIN = 300.0
HALF_A_MILLISECOND = timedelta(microseconds=500)


@dataclass
class Sites:
    """A data folder with all sites, never served; runs work on copies of it."""

    folder: Path
    public_ids: dict[int, str] = field(default_factory=dict)
    indexes: dict[int, int] = field(default_factory=dict)
    """The generator's index by the number that the service gave."""


def provisioned(folder: Path) -> Sites:
    """Makes a data folder and its sites, as an operator does."""
    with serving(folder):
        pass
    sites = Sites(folder)

    def add(site: int) -> dict[str, Any]:
        zone, week = ZONES[site], week_start(site)
        return add_site(folder, domain(site), *("--timezone", zone, "--week-start", week))

    with ThreadPoolExecutor(4) as pool:
        for site, made in enumerate(pool.map(add, range(len(ZONES)))):
            sites.public_ids[site] = made["public_id"]
            sites.indexes[made["number"]] = site
    return sites


class Door:
    """One worker, and a connection to it."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.set_inheritable(True)
        port = self.listening.getsockname()[1]
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERED_WITHIN)

    def ask(self, method: str, target: str, body: str = "", headers: dict[str, str] | None = None) -> Any:
        """Status, verdict and body of the answer; asked again where the worker closed an idle connection."""
        try:
            return self._ask(method, target, body, headers or {})
        except (http.client.BadStatusLine, ConnectionError):
            self._connection.close()
            return self._ask(method, target, body, headers or {})

    def _ask(self, method: str, target: str, body: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
        self._connection.request(method, target, body or None, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.headers.get("x-vstats", ""), answer.read()

    def close(self) -> None:
        """Closes connection and socket."""
        self._connection.close()
        self.listening.close()


@dataclass
class ServiceRun:
    """Workers and an applier over one data folder."""

    folder: Path
    sites: Sites
    redis: str
    doors: list[Door]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    applier: subprocess.Popen[bytes] | None = None

    def wind(self, at: datetime) -> None:
        """Sets the time, whole at once."""
        new = self.folder / "clock.new"
        new.write_text(at.isoformat())
        new.rename(self.folder / "clock")

    def send(self, beacon: Beacon, door: Door) -> None:
        """Sends a beacon at its time, again while the worker has not noticed that a day has begun."""
        # As a real clock the wound one stands between two milliseconds.
        seconds, thousandths = divmod(beacon.at, 1000)
        at = datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=thousandths)
        self.wind(at + HALF_A_MILLISECOND)
        body = json.dumps(beacon.body(self.sites.public_ids[beacon.site]))
        headers = {
            "x-forwarded-for": beacon.person.address,
            "user-agent": beacon.person.agent.text,
            "accept-language": "en",
        }
        status, verdict, _ = until(
            lambda: door.ask("POST", "/v", body, headers), lambda answer: answer[0] != 503
        )
        assert (status, verdict.startswith("dropped")) == (202, not beacon.is_counted), (
            beacon,
            status,
            verdict,
        )

    @contextmanager
    def applying(self) -> Iterator[None]:
        """An applier for the length of a block; at its end everything is applied."""
        self.applier = self._process("applier", [])
        yield
        assert until(lambda: waiting(self.folder), (0).__eq__, limit=DRAINED_WITHIN) == 0
        self.applier.terminate()
        assert self.applier.wait(DRAINED_WITHIN) == 0
        self.applier = None

    def counter(self, site: int, metric: str, items: Iterable[str]) -> dict[str, int]:
        """What the public counter shows of a site."""
        query = urlencode({"items": ",".join(items), "metric": metric})
        target = f"/api/v1/sites/{self.sites.public_ids[site]}/counter?{query}"
        status, _, body = self.doors[0].ask("GET", target)
        assert status == 200, body
        counts: dict[str, int] = json.loads(body)["counts"]
        return counts

    def start_workers(self) -> None:
        """Starts a worker behind each door."""
        self.processes += [self._process("worker", [door.listening.fileno()]) for door in self.doors]

    def _process(self, role: str, descriptors: list[int]) -> subprocess.Popen[bytes]:
        settings = {"data": str(self.folder), "redis": self.redis, "workers": len(self.doors)}
        handed = str(descriptors[0]) if descriptors else "-1"
        return subprocess.Popen(
            [sys.executable, str(CLOCKED), json.dumps(settings), handed, role, str(self.folder / "clock")],
            pass_fds=descriptors,
        )

    def stop(self) -> None:
        """Ends what runs."""
        running = [*self.processes, *([self.applier] if self.applier else [])]
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)


@contextmanager
def running(folder: Path, sites: Sites, workers: int, redis: str, at: datetime) -> Iterator[ServiceRun]:
    """Workers over a copy of the sites' folder, without an applier."""
    shutil.copytree(sites.folder, folder)
    (folder / "journal").mkdir(exist_ok=True)
    service = ServiceRun(folder, sites, redis, [Door() for _ in range(workers)])
    service.wind(at)
    try:
        service.start_workers()
        yield service
    finally:
        service.stop()
        for door in service.doors:
            door.close()
