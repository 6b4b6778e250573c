"""The real service, started as a user starts it."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2

COMMAND = [sys.executable, "-m", "analytics_service"]
LIMIT = 30.0
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept-Language": "vi,en;q=0.8",
}
T = TypeVar("T")


def until(ask: Callable[[], T], is_right: Callable[[T], bool], limit: float = LIMIT) -> T:
    """Asks until the answer is right; the last answer where it never was."""
    deadline = time.monotonic() + limit
    answer = ask()
    while not is_right(answer) and time.monotonic() < deadline:
        time.sleep(0.05)
        answer = ask()
    return answer


def run(*arguments: str, data: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One command of the command line."""
    return subprocess.run(
        [*COMMAND, *arguments, "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        env={**os.environ, **(env or {})},
        check=False,
    )


def add_site(data: Path, domain: str, *arguments: str) -> dict[str, Any]:
    """A site, made by the command line."""
    done = run("site", "add", domain, "--json", *arguments, data=data)
    assert done.returncode == 0, done.stderr
    site: dict[str, Any] = json.loads(done.stdout)
    return site


def view_id() -> str:
    """A view id as the snippet makes them."""
    return secrets.token_hex(9)


class Service:
    """`serve` over a data folder."""

    def __init__(
        self, data: Path, *arguments: str, env: dict[str, str] | None = None, ready: int = 200
    ) -> None:
        self.data = data
        self._health = ready
        self.log = data.parent / f"{data.name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--data", str(data), "--port", "0", *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **(env or {})},
            )
        self.url = self._address()
        self.http = httpx2.Client(base_url=self.url, timeout=LIMIT, headers=BROWSER)
        assert until(self._ready, bool), f"not ready:\n{self.log.read_text()}"

    def _address(self) -> str:
        assert self.process.stdout is not None
        address = ""
        for line in self.process.stdout:
            if match := re.search(r"(?:Visitor analytics|Listens on): +(\S+)", line):
                address = match.group(1)
            elif "Data folder" in line:
                return address
        raise AssertionError(f"no address:\n{self.log.read_text()}")

    def _ready(self) -> bool:
        try:
            return self.http.get("/health").status_code == self._health
        except httpx2.TransportError:
            return False

    def beacon(
        self, site: str, url: str, headers: dict[str, str] | None = None, **more: object
    ) -> httpx2.Response:
        """Sends one beacon, a view unless `k` says otherwise."""
        body = {"k": "v", "s": site, "i": view_id(), "u": url, **more}
        return self.http.post("/v", json=body, headers=headers)

    def counts(
        self, site: str, items: str = "online,today,week,total", metric: str = "visits"
    ) -> dict[str, int]:
        """The public counter's figures."""
        answer = self.http.get(f"/api/v1/sites/{site}/counter", params={"items": items, "metric": metric})
        assert answer.status_code == 200, answer.text
        counts: dict[str, int] = answer.json()["counts"]
        return counts

    def children(self) -> list[int]:
        """The process ids of workers and applier."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in listed.split()]

    def child(self, role: str) -> int:
        """The process id of the first child of that role."""
        for number in self.children():
            if role in Path(f"/proc/{number}/cmdline").read_bytes().decode().split("\0"):
                return number
        raise AssertionError(f"no {role} runs")

    def kill(self) -> None:
        """Kills every process of the service with SIGKILL, at once."""
        children = self.children()
        for number in [self.process.pid, *children]:
            os.kill(number, signal.SIGKILL)
        self._close()

    def stop(self) -> int:
        """SIGTERM, as an operator stops it; the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        self._close()
        return self.process.returncode

    def _close(self) -> None:
        self.process.wait(LIMIT)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.http.close()


@contextmanager
def serving(
    data: Path, *arguments: str, env: dict[str, str] | None = None, ready: int = 200
) -> Iterator[Service]:
    """The service for the length of a block, from when /health answers with `ready`."""
    service = Service(data, *arguments, env=env, ready=ready)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            assert service.stop() == 0, service.log.read_text()


def known(service: Service, site: str) -> None:
    """Waits until the service has noticed a new site."""
    until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
