"""Two workers and an applier of the real program, whose time the test sets."""

import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx2
import msgspec

from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.stats import create_stats
from tests.service import BROWSER, until, view_id

CLOCKED = Path(__file__).with_name("clocked_process.py")
HANOI = timezone(timedelta(hours=7))


@dataclass
class Clocked:
    """Two workers and an applier whose time the test sets."""

    url: str
    site: str
    wound: Path
    http: httpx2.Client
    start: Callable[[str], subprocess.Popen[bytes]]
    processes: dict[str, list[subprocess.Popen[bytes]]]

    def restart_workers(self) -> None:
        """Ends both workers and starts two others on the same port."""
        _end(self.processes["worker"])
        self.processes["worker"] = [self.start("worker") for _ in range(2)]

    def wind(self, at: datetime) -> None:
        """Sets the time, whole at once."""
        new = self.wound.with_suffix(".new")
        new.write_text(at.isoformat())
        new.rename(self.wound)

    def send(self, address: str, path: str, kind: str = "v", *, agent: str = BROWSER["User-Agent"]) -> None:
        """A view, sent again with its id while the workers have not noticed a leap of their clock."""
        body = {"k": kind, "s": self.site, "i": view_id(), "u": f"https://x.example.vn{path}"}
        headers = {"x-forwarded-for": address, "user-agent": agent}
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
def clocked(folder: Path, redis: str, at: datetime, zone: str | None = None) -> Iterator[Clocked]:
    """Runs them over a new data folder with one site."""
    (folder / "journal").mkdir(parents=True)
    create_config(folder)
    create_stats(folder)
    with open_config(folder) as config:
        made = add_site(
            config.sites,
            "x.example.vn",
            SiteChanges(timezone=zone),
            at=at,
            random=secrets.token_bytes,
            by="test",
        )
    wound = folder / "clock"
    wound.write_text(at.isoformat())
    listening = socket.create_server(("127.0.0.1", 0))
    listening.set_inheritable(True)
    settings = Settings(data=str(folder), redis=redis, workers=2)
    told = msgspec.json.encode(settings).decode()

    def start(role: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, str(CLOCKED), told, str(listening.fileno()), role, str(wound)],
            pass_fds=(listening.fileno(),),
        )

    processes = {"applier": [start("applier")], "worker": [start("worker") for _ in range(2)]}
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    # No connection is kept, so that both workers get their share.
    with httpx2.Client(base_url=url, timeout=30, limits=httpx2.Limits(max_keepalive_connections=0)) as http:
        try:
            yield Clocked(url, made.public_id, wound, http, start=start, processes=processes)
        finally:
            _end([*processes["applier"], *processes["worker"]])
            listening.close()


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(20)
