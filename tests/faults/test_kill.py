"""kill -9 at random under load: the judge is the senders' own log of ids and answers.

All the while an owner says of the same visits that they were robots, and that they were people.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest

from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.senders import Senders
from tests.faults.sizes import soak
from tests.service import Service, add_site, known, run, serving, until

CYCLES = soak(8, 500)
ACCEPTED_EACH = 200


@pytest.mark.timeout(7200)
def test_nothing_accepted_is_lost_doubled_or_invented_however_often_it_is_killed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    chance = random.Random(20261123)
    service = Service(data)
    site = add_site(data, "x.example.vn")["public_id"]
    known(service, site)
    with Senders(site, service.url) as senders, an_owner_who_wavers(data, site) as decided:
        for number in range(CYCLES):
            until(senders.accepted, (number * ACCEPTED_EACH).__lt__)
            time.sleep(chance.uniform(0.0, 0.4))
            whom = chance.choice(["all", "worker", "applier", "parent"])
            if whom in ("worker", "applier"):
                os.kill(_running(service, whom), signal.SIGKILL)
                continue
            if whom == "all":
                service.kill()
            else:
                _kill_parent(service)
            service = Service(data)
            senders.url = service.url
        until(senders.accepted, (CYCLES * ACCEPTED_EACH).__lt__)
    service.kill()
    with serving(data):
        # In the end all of them are accepted.
        done = until(lambda: decide(data, site, ACCEPT), (0).__eq__, limit=600)
        verdict = judged_at_last(data, senders.log)
    print(f"{CYCLES} kills, {senders.accepted()} accepted, {decided} decisions by status: {verdict}")
    assert done == 0
    assert decided[0], "nothing that was decided was carried out"
    assert verdict == RIGHT
    assert senders.accepted() > CYCLES * ACCEPTED_EACH


ACCEPT, REJECT = ("accept", "--yes"), ("reject", "--family", "Firefox", "--yes")


def decide(data: Path, site: str, what: tuple[str, ...]) -> int:
    """The exit status of one decision; 1 where its command was not done in time."""
    try:
        return run("drops", what[0], site, *what[1:], data=data).returncode
    except subprocess.TimeoutExpired:
        return 1


@contextmanager
def an_owner_who_wavers(data: Path, site: str) -> Iterator[Counter[int]]:
    """Runs `drops reject` and `drops accept` in turn until the block ends; the statuses, counted."""
    stopped, statuses = threading.Event(), Counter[int]()

    def waver() -> None:
        for what in cycle((REJECT, ACCEPT)):
            if stopped.is_set():
                return
            statuses[decide(data, site, what)] += 1

    owner = threading.Thread(target=waver)
    owner.start()
    try:
        yield statuses
    finally:
        stopped.set()
        owner.join()


def _kill_parent(service: Service) -> None:
    """The parent alone: workers and applier must end by themselves, and the next start is not refused."""
    children = service.children()
    os.kill(service.process.pid, signal.SIGKILL)
    service._close()
    until(lambda: any(Path(f"/proc/{child}/stat").exists() for child in children), (False).__eq__)


def _running(service: Service, role: str) -> int:
    found = until(lambda: _child(service, role), bool)
    assert found
    return found


def _child(service: Service, role: str) -> int | None:
    try:
        return service.child(role)
    except (AssertionError, FileNotFoundError):
        return None
