"""Measures: `make bench ARGS="--seconds 5 --rounds 3"`. Loads 127.0.0.1 only, and ends by itself."""

import argparse
import platform
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import uvicorn

from analytics_service.app.openers import open_installation
from analytics_service.operating.status import read_status
from tests.bench import questions
from tests.bench.dataset import fill
from tests.bench.load import (
    DRIVER_CORE,
    SCRIPT,
    SERVER_CORE,
    bare_asgi,
    cpu_seconds,
    driven,
    nginx,
    now,
    pin,
    resident,
)
from tests.service import Service, add_site, until, view_id

TABLE = Path(__file__).parents[2] / "docs" / "performance.md"
INTRODUCTION = """# Performance

`make bench` writes this page. It starts the real service, drives it with wrk from the other core over keep-
alive connections, and measures the baselines (bare ASGI, nginx) in the same run, in turn. Machines differ,
and one machine differs from hour to hour: compare figures within one table only. A beacon is a new page
view, answered after its flush to disk. Its CPU cost is that of the worker; where a row says so, the
applier's is included. Questions are asked in a process of their own, over a year of one site with 2,000 pages
in Zipf's proportions; their figure is CPU time.
"""


@dataclass
class Row:
    """One thing driven: requests a second, CPU µs each and the 99th percentile, round by round."""

    name: str
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    slowest: list[str] = field(default_factory=list)

    def line(self, base: "Row") -> str:
        """A line of the table, against the floor of the same run."""
        rate, cost = statistics.median(self.rates), statistics.median(self.costs)
        spread = f"{rate:,.0f} ({min(self.rates):,.0f} – {max(self.rates):,.0f})"
        ratio = rate / statistics.median(base.rates)
        slowest = sorted(self.slowest)[len(self.slowest) // 2]
        return f"| {self.name} | {spread} | {cost:.0f} | {slowest} | {ratio:.2f} × |"


class Bench:
    """One run: rows and single figures."""

    def __init__(self, seconds: int, rounds: int, folder: Path) -> None:
        self._seconds = seconds
        self._rounds = rounds
        self._folder = folder
        self.rows: dict[str, Row] = {}
        self.figures: list[tuple[str, str]] = []

    def _drive(
        self, name: str, pids: tuple[int, ...], url: str, connections: int, script: Path | None
    ) -> None:
        row = self.rows.setdefault(name, Row(name))
        before = cpu_seconds(*pids)
        rate, bad, slow = driven(url, self._seconds, connections, script)
        row.rates.append(rate)
        row.costs.append((cpu_seconds(*pids) - before) / (rate * self._seconds) * 1e6)
        row.slowest.append(slow)
        print(f"  {name:48} {rate:9,.0f}/s" + (f", {bad} not 2xx" if bad else ""), flush=True)

    def drive_all(self) -> None:
        """Floors and service in turn."""
        with ExitStack() as stack:
            floor_url, floor = stack.enter_context(bare_asgi())
            proxy = stack.enter_context(nginx(self._folder))
            site = add_site(self._folder / "data", "x.example.vn")["public_id"]
            began = time.monotonic()
            service = Service(self._folder / "data")
            accepted = service.beacon(site, "https://x.example.vn/").headers["x-vstats"]
            assert accepted == "counted", accepted
            self._figure("from the command `serve` to the first accepted beacon", began, "s")
            worker, applier = service.child("worker"), service.child("applier")
            pin(worker, SERVER_CORE)
            pin(applier, DRIVER_CORE)
            script = self._folder / "views.lua"
            counter = f"{service.url}/api/v1/sites/{site}/counter"
            for number in range(self._rounds):
                script.write_text(SCRIPT % (number * 2, site))
                self._drive("bare ASGI, JSON parsed", (floor,), floor_url + "/v", 64, script)
                if proxy:
                    self._drive("nginx, return 204", (proxy[1],), proxy[0] + "/v", 64, script)
                self._drive("beacon, on disk", (worker,), service.url + "/v", 64, script)
                script.write_text(SCRIPT % (number * 2 + 1, site))
                self._drive(
                    "beacon, 512 connections, with its applier",
                    (worker, applier),
                    service.url + "/v",
                    512,
                    script,
                )
                self._drive("counter", (worker,), counter, 64, None)
            self._lag_and_memory(service, site, worker, applier)
            service.stop()
        if proxy is None:
            self.figures.append(("left out", "nginx is not installed: apt-get install nginx-light"))

    def _figure(self, name: str, began: float, unit: str) -> None:
        self.figures.append((name, f"{time.monotonic() - began:.2f} {unit}"))

    def _lag_and_memory(self, service: Service, site: str, worker: int, applier: int) -> None:
        began = time.monotonic()
        until(lambda: _backlog(service), (0).__eq__, 120)
        self._figure("from the end of full load to the last figure", began, "s")
        delays = [_figure_after(service, site) for _ in range(20)]
        told = f"median {statistics.median(delays):.2f} s, max {max(delays):.2f} s"
        self.figures.append(("from answer to figure, idle", told))
        for name, pid in (("worker", worker), ("applier", applier)):
            told = f"{resident(pid):.0f} MiB"
            self.figures.append((f"memory of the {name} after it, 50,200 visitors online", told))

    def apply_alone(self, count: int) -> None:
        """The applier without anything beside it."""
        folder = self._folder / "filled"
        took = fill(folder, count)
        size = sum(path.stat().st_size for path in folder.glob("stats.db*"))
        self.figures.append((f"applier alone, {count:,} views of 100 sites", f"{count / took:,.0f} facts/s"))
        self.figures.append(
            ("disk per view, everything included, within a day of it", f"{size / count:.0f} bytes")
        )


def _backlog(service: Service) -> int:
    return read_status(open_installation(service.data, f"sqlite:{service.data}"), at=now()).waiting.groups


def _figure_after(service: Service, site: str) -> float:
    """Seconds from the answer to a view until its figure is committed, the service being idle."""
    stats = sqlite3.connect(f"file:{service.data / 'stats.db'}?mode=ro", uri=True)
    view = view_id()
    service.beacon(site, "https://x.example.vn/", i=view)
    began = time.monotonic()
    while not stats.execute("select 1 from seen_id where id = ?", (view,)).fetchone():
        time.sleep(0.002)
    stats.close()
    return time.monotonic() - began


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    cores = sum(line.startswith("processor") for line in lines)
    versions = (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, uvicorn {uvicorn.__version__}"
    )
    return f"{model}, {cores} cores. {versions}, uvloop {version('uvloop')}."


def main() -> None:
    """Prints the tables, and writes them down."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=5, help="how long each thing is driven")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--views", type=int, default=300_000, help="for the applier alone")
    asked.add_argument("--write", action="store_true", help=f"write {TABLE.name}")
    asked.add_argument(
        "--questions",
        type=int,
        nargs="*",
        default=[1_000_000, 10_000_000],
        help="views of a year of one site",
    )
    given = asked.parse_args()
    for tool in ("wrk", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"the bench drives with {tool}: apt-get install wrk util-linux")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.seconds, given.rounds, Path(folder))
        bench.drive_all()
        bench.apply_alone(given.views)
    bench.figures += questions.figures(given.questions) if given.questions else []
    floor = bench.rows["bare ASGI, JSON parsed"]
    lines = ["| what | requests/s: median (min – max) | CPU µs each | 99 % within | against bare ASGI |"]
    lines += ["|---|---|---|---|---|", *(row.line(floor) for row in bench.rows.values())]
    lines += ["", "| what | |", "|---|---|", *(f"| {name} | {told} |" for name, told in bench.figures)]
    table = "\n".join(lines)
    print(f"\n{table}")
    if given.write:
        when = f"{now():%Y-%m-%d}: {given.rounds} rounds of {given.seconds} s on {_machine()}"
        TABLE.write_text(f"{INTRODUCTION}\n{when}\n\n{table}\n")


if __name__ == "__main__":
    main()
