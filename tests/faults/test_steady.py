"""Steady load on two workers with a fault now and then: the lag stays small and memory level."""

import itertools
import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.senders import Senders
from tests.faults.sizes import soak
from tests.redis_server import RedisServer, running_redis
from tests.service import Service, add_site, known, run, serving, until

LASTS = soak(20, 600)
"""Seconds."""
FAULT_EACH = soak(5, 30)
LAG_LIMIT = soak(30, 3)
"""Seconds that the oldest fact may wait just before the next fault."""
GROWTH_LIMIT = 60
"""MiB between the first look after the start and the last."""


def _fault(service: Service, redis: RedisServer, which: str) -> None:
    match which:
        case "applier" | "worker":
            os.kill(until(lambda: _child(service, which), bool) or 0, signal.SIGKILL)
        case "hung applier":
            os.kill(until(lambda: _child(service, "applier"), bool) or 0, signal.SIGSTOP)
        case "roll":
            os.kill(service.process.pid, signal.SIGHUP)
        case "redis":
            os.kill(redis.process.pid, signal.SIGSTOP)
            time.sleep(2)
            os.kill(redis.process.pid, signal.SIGCONT)


def _child(service: Service, role: str) -> int | None:
    try:
        return service.child(role)
    except (AssertionError, FileNotFoundError):
        return None


def _lag(data: Path) -> float:
    lag: float = json.loads(run("status", "--json", data=data).stdout)["waiting"]["lag_seconds"]
    return lag


def _resident(service: Service) -> int:
    """MiB of all processes of the service."""
    total = 0
    for number in [service.process.pid, *service.children()]:
        status = Path(f"/proc/{number}/status").read_text()
        total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return total // 1024


@pytest.mark.timeout(1800)
def test_steady_load_with_faults_keeps_the_lag_small_and_memory_level(tmp_path: Path) -> None:
    faults = itertools.cycle(["applier", "worker", "hung applier", "roll", "redis"])
    lags, memory = [], []
    with (
        running_redis(tmp_path) as redis,
        serving(tmp_path / "data", "--workers", "2", "--redis", redis.url) as service,
    ):
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        with Senders(site, service.url, 4, pause=0.01) as senders:
            ends = time.monotonic() + LASTS
            while time.monotonic() < ends:
                time.sleep(FAULT_EACH)
                lags.append(_lag(service.data))
                memory.append(_resident(service))
                _fault(service, redis, next(faults))
            time.sleep(FAULT_EACH)
            lags.append(_lag(service.data))
        verdict = judged_at_last(service.data, senders.log)
    growth = memory[-1] - memory[0]
    print(
        f"{LASTS} s, {len(memory)} faults, {senders.accepted()} accepted, {senders.log.statuses}: "
        f"lag at most {max(lags):.2f} s, memory {memory[0]} MiB at first, {memory[-1]} MiB at last: {verdict}"
    )
    assert verdict == RIGHT
    assert max(lags) < LAG_LIMIT
    assert growth < GROWTH_LIMIT
    # While a worker or Redis is away, a beacon may get a 503, but nothing else.
    assert set(senders.log.statuses) <= {202, 503}
