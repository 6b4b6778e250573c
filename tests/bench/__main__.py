"""Measures: `make bench ARGS="--seconds 5 --rounds 3"`. Loads 127.0.0.1 only, and ends by itself."""

import argparse
import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.service import Service, add_site, until, view_id

CONNECTIONS = 64
TICK = os.sysconf("SC_CLK_TCK")
# Every view has an id of its own: a repeated one would be a cheaper duplicate.
SCRIPT = """
local n, seed = 0, %d
request = function()
  n = n + 1
  local id = string.format("%%06x%%012x", seed, n)
  local body = string.format(
    '{"k":"v","s":"%s","i":"%%s","u":"https://x.example.vn/page/%%d?utm_source=zalo","t":"Trang","w":1280}',
    id, n %% 2000)
  return wrk.format("POST", "/v", {["user-agent"] = "Mozilla/5.0 Firefox/140",
    ["x-forwarded-for"] = "203.0." .. (n %% 200) .. "." .. (n %% 251)}, body)
end
"""


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def driven(url: str, seconds: int, script: Path | None) -> tuple[float, int]:
    """Requests a second, and how many answers were no 2xx; wrk runs on the second core."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    command += ["-s", str(script)] if script else []
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    assert rate is not None, said
    return float(rate[1]), int(bad[1]) if bad else 0


@contextmanager
def floor() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        "uvicorn",
        "tests.bench.floor:app",
        "--port",
        str(port),
        "--no-access-log",
        "--lifespan",
        "off",
    ]
    command += ["--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
    process = subprocess.Popen(["taskset", "-c", "0", sys.executable, "-m", *command])
    url = f"http://127.0.0.1:{port}"
    try:
        assert until(lambda: answers(url), bool)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    try:
        return httpx2.get(url).status_code < 500
    except httpx2.TransportError:
        return False


def figure_after(service: Service, site: str) -> float:
    """Seconds from the answer to a view until its figure is committed, the service being idle."""
    stats = sqlite3.connect(f"file:{service.data / 'stats.db'}?mode=ro", uri=True)
    view = view_id()
    service.beacon(site, "https://x.example.vn/", i=view)
    began = time.monotonic()
    while not stats.execute("select 1 from counted where id = ?", (view,)).fetchone():
        time.sleep(0.002)
    stats.close()
    return time.monotonic() - began


def measure(seconds: int, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """(requests a second, CPU µs each) by what was driven, round by round, interleaved."""
    found: dict[str, list[tuple[float, float]]] = {"floor": [], "beacon": [], "counter": []}
    with tempfile.TemporaryDirectory() as folder, floor() as (floor_url, floor_pid):
        service = Service(Path(folder) / "data")
        site = add_site(service.data, "x.example.vn")["public_id"]
        until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
        worker, applier = service.child("worker"), service.child("applier")
        for pid, core in ((worker, "0"), (applier, "1")):
            subprocess.run(["taskset", "-apc", core, str(pid)], check=True, capture_output=True)
        script = Path(folder) / "views.lua"

        def one(what: str, pid: int, drive: Callable[[], tuple[float, int]]) -> None:
            before = cpu_seconds(pid)
            rate, bad = drive()
            found[what].append((rate, (cpu_seconds(pid) - before) / (rate * seconds) * 1e6))
            print(f"  {what:8} {rate:9,.0f}/s" + (f", {bad} not 2xx" if bad else ""), flush=True)

        for number in range(rounds):
            script.write_text(SCRIPT % (number, site))
            one("floor", floor_pid, lambda: driven(floor_url + "/v", seconds, script))
            one("beacon", worker, lambda: driven(service.url + "/v", seconds, script))
            address = f"{service.url}/api/v1/sites/{site}/counter"
            one("counter", worker, lambda to=address: driven(to, seconds, None))  # type: ignore[misc]
        until(lambda: service.counts(site, "total", "pageviews")["total"], lambda _: True)
        delays = [figure_after(service, site) for _ in range(20)]
        print(
            f"from answer to figure, idle: median {statistics.median(delays):.2f} s, most {max(delays):.2f} s"
        )
        service.stop()
    return found


def main() -> None:
    """Prints the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=5)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    for tool in ("wrk", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"the bench drives with {tool}: apt-get install wrk util-linux")
    found = measure(given.seconds, given.rounds)
    base = statistics.median(rate for rate, _ in found["floor"])
    print("\n| what | requests/s: median (min – max) | CPU µs each | against the floor |\n|---|---|---|---|")
    names = {"floor": "bare ASGI, JSON parsed", "beacon": "beacon, on disk", "counter": "counter"}
    for what, rounds in found.items():
        rates = [rate for rate, _ in rounds]
        cpu = statistics.median(each for _, each in rounds)
        middle = statistics.median(rates)
        spread = f"{middle:,.0f} ({min(rates):,.0f} – {max(rates):,.0f})"
        print(f"| {names[what]} | {spread} | {cpu:.0f} | {middle / base:.2f} × |")


if __name__ == "__main__":
    main()
