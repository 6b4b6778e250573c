"""Driving a server from the other core, and reading what it cost."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from tests.service import until

TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, DRIVER_CORE = "0", "1"
# Every view has an id of its own: a repeated one would be a cheaper duplicate.
SCRIPT = """
local n, seed = 0, %d
request = function()
  n = n + 1
  local id = string.format("%%06x%%012x", seed, n)
  local body = string.format(
    '{"k":"v","s":"%s","i":"%%s","u":"https://x.example.vn/page/%%d?utm_source=zalo","t":"Trang","w":1280}',
    id, n %% 2000)
  return wrk.format("POST", "/v", {["user-agent"] =
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ["x-forwarded-for"] = "203.0." .. (n %% 200) .. "." .. (n %% 251)}, body)
end
"""
NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; keepalive_requests 1000000000;
  server {{ listen 127.0.0.1:{port}; location / {{ return 204; }} }} }}
"""


def cpu_seconds(*pids: int) -> float:
    """User and system time of processes so far."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def resident(pid: int) -> float:
    """MiB of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def pin(pid: int, core: str) -> None:
    """Binds all threads of a process to one core."""
    subprocess.run(["taskset", "-apc", core, str(pid)], check=True, capture_output=True)


def driven(url: str, seconds: int, connections: int, script: Path | None = None) -> tuple[float, int, str]:
    """Requests a second, how many answers were no 2xx, and the 99th percentile of the answer's time."""
    command = ["taskset", "-c", DRIVER_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += ["-s", str(script)] if script else []
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    slow = re.search(r"99%\s+(\S+)", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    assert rate is not None, said
    return float(rate[1]), int(bad[1]) if bad else 0, slow[1] if slow else "?"


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _started(command: list[str], port: int) -> Iterator[tuple[str, int]]:
    process = subprocess.Popen(["taskset", "-c", SERVER_CORE, *command])
    url = f"http://127.0.0.1:{port}"
    try:
        assert until(lambda: answers(url), bool)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def bare_asgi() -> Iterator[tuple[str, int]]:
    """A bare ASGI function on uvicorn that parses the JSON and stores nothing."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench.floor:app", "--port", str(port)]
    command += ["--no-access-log", "--lifespan", "off", "--log-level", "warning"]
    with _started([*command, "--loop", "uvloop", "--http", "httptools"], port) as running:
        yield running


@contextmanager
def nginx(folder: Path) -> Iterator[tuple[str, int] | None]:
    """nginx that answers 204 to everything, or None where it is not installed."""
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if found is None:
        yield None
        return
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(NGINX.format(folder=folder, port=port))
    with _started([found, "-c", str(settings), "-p", str(folder)], port) as running:
        yield running


def answers(url: str) -> bool:
    """Whether a server is there."""
    try:
        return httpx2.get(url).status_code < 500
    except httpx2.TransportError:
        return False
