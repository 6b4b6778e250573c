"""kill -9 at random under load: the judge is the senders' own log of ids and answers.

All the while an owner says of the same visits that they were robots, and that they were people, changes the
site's zone and name, and adds sites.
"""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.owner import an_owner_who_wavers, in_small_steps, underway
from tests.faults.senders import Senders
from tests.faults.sizes import soak
from tests.service import Service, add_site, known, run, serving, until

CYCLES = soak(8, 500)
ACCEPTED_EACH = 200


@pytest.mark.timeout(7200)
def test_nothing_accepted_is_lost_doubled_or_invented_however_often_it_is_killed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    chance = random.Random(20261123)
    env = in_small_steps(tmp_path / "patch")
    service = Service(data, env=env)
    site = add_site(data, "x.example.vn")["public_id"]
    known(service, site)
    between = 0
    with Senders(site, service.url) as senders, an_owner_who_wavers(data, site) as decisions:
        for number in range(CYCLES):
            until(senders.accepted, (number * ACCEPTED_EACH).__lt__)
            whom = chance.choice(["all", "worker", "applier", "parent"])
            _wait_for_a_task(data, chance)
            between += whom != "worker" and underway(data)
            if whom in ("worker", "applier"):
                os.kill(_running(service, whom), signal.SIGKILL)
                continue
            if whom == "all":
                service.kill()
            else:
                _kill_parent(service)
            service = Service(data, env=env)
            senders.url = service.url
        until(senders.accepted, (CYCLES * ACCEPTED_EACH).__lt__)
    service.kill()
    with serving(data):
        # In the end all of them are accepted.
        done = until(lambda: decide(data, site), (0).__eq__, limit=600)
        verdict = judged_at_last(data, senders.log)
    print(f"{CYCLES} kills, {between} of them between two steps of a task: {senders.accepted()} accepted,")
    print(f"tasks {dict(decisions.ended)}, {decisions.changes} changes of the site: {verdict}")
    assert done == 0
    assert decisions.ended["done"], "nothing that was decided was carried out"
    assert decisions.changes
    assert between >= CYCLES // 5
    assert verdict == RIGHT
    assert senders.accepted() > CYCLES * ACCEPTED_EACH


def decide(data: Path, site: str) -> int:
    """The exit status of `drops accept`; 1 where it was not done in time."""
    try:
        return run("drops", "accept", site, "--yes", data=data).returncode
    except subprocess.TimeoutExpired:
        return 1


def _wait_for_a_task(data: Path, chance: random.Random) -> None:
    """For two kills of three, until a task is underway."""
    if chance.random() < 0.67:
        until(lambda: underway(data), bool, limit=2)
    time.sleep(chance.uniform(0.0, 0.1))


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
