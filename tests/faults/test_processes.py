"""Workers and appliers that hang, are told to stop, or meet a second service."""

import os
import signal
import time
from pathlib import Path

import httpx2
import pytest

from analytics_service.processes.supervisor import APPLIER_HEARTBEAT_TIMEOUT
from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.senders import Senders
from tests.patches import patched
from tests.service import Service, add_site, known, serving, until


@pytest.mark.parametrize("role", ["applier", "worker"])
def test_a_hung_process_is_killed_and_another_goes_on(tmp_path: Path, role: str) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        with Senders(site, service.url, 2, pause=0.005) as senders:
            until(senders.accepted, (20).__lt__)
            hung = service.child(role)
            os.kill(hung, signal.SIGSTOP)
            began = time.monotonic()
            until(lambda: hung in service.children(), (False).__eq__, limit=80)
            accepted = senders.accepted()
            until(senders.accepted, (accepted + 100).__lt__, limit=80)
        print(f"a hung {role} was replaced within {time.monotonic() - began:.1f} s")
        assert judged_at_last(service.data, senders.log) == RIGHT
        assert f"the {role} (process {hung}) hangs" in service.log.read_text()


def test_sigterm_under_load_answers_what_is_in_hand_and_loses_nothing(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    site = add_site(service.data, "x.example.vn")["public_id"]
    known(service, site)
    with Senders(site, service.url, 6) as senders:
        until(senders.accepted, (300).__lt__)
        began = time.monotonic()
        assert service.stop() == 0
        took = time.monotonic() - began
    print(f"SIGTERM under load: ended within {took:.1f} s, {senders.accepted()} accepted")
    assert took < 10
    assert set(senders.log.statuses) <= {202, 503}
    # The applier has applied all of it before it ended.
    assert judged_at_last(tmp_path / "data", senders.log) == RIGHT


def test_an_applier_killed_again_and_again_still_counts_each_view_once(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        with Senders(site, service.url, 2) as senders:
            for _ in range(6):
                accepted = senders.accepted()
                until(senders.accepted, (accepted + 100).__lt__)
                os.kill(_applier(service), signal.SIGKILL)
        assert judged_at_last(service.data, senders.log) == RIGHT


def _applier(service: Service) -> int:
    found = until(lambda: _child(service), bool)
    assert found
    return found


def _child(service: Service) -> int | None:
    try:
        return service.child("applier")
    except (AssertionError, FileNotFoundError):
        return None


@pytest.mark.parametrize("who", ["supervisor", "everybody"])
def test_after_a_pause_nobody_is_killed_who_is_well(tmp_path: Path, who: str) -> None:
    with serving(tmp_path / "data") as service:
        children = service.children()
        paused = [service.process.pid, *(children if who == "everybody" else [])]
        for number in paused:
            os.kill(number, signal.SIGSTOP)
        time.sleep(APPLIER_HEARTBEAT_TIMEOUT.total_seconds() + 1)
        for number in paused:
            os.kill(number, signal.SIGCONT)
        killed = until(lambda: "is killed" in service.log.read_text(), bool, limit=2)
        assert (killed, service.children()) == (False, children)


def test_a_rolling_restart_whose_new_worker_cannot_start_is_given_up(tmp_path: Path) -> None:
    spam = tmp_path / "spam.txt"
    spam.write_text("spam.example\n")
    with serving(tmp_path / "data", env={"ANALYTICS_SPAM_FILE": str(spam)}) as service:
        worker = service.child("worker")
        spam.unlink()
        os.kill(service.process.pid, signal.SIGHUP)
        assert until(lambda: "is given up" in service.log.read_text(), bool)
        spam.write_text("spam.example\n")
        assert service.child("worker") == worker
        assert _health(service) == 200
        # The next one goes its way.
        os.kill(service.process.pid, signal.SIGHUP)
        assert until(lambda: worker in service.children(), (False).__eq__) is False
        assert service.child("worker") != worker


def test_while_a_new_worker_takes_its_time_the_others_are_watched(tmp_path: Path) -> None:
    spam = tmp_path / "spam.txt"
    spam.write_text("spam.example\n")
    with serving(tmp_path / "data", env={"ANALYTICS_SPAM_FILE": str(spam)}) as service:
        worker, applier = service.child("worker"), service.child("applier")
        spam.unlink()
        # Whoever reads it waits until somebody writes to it.
        os.mkfifo(spam)
        os.kill(service.process.pid, signal.SIGHUP)
        assert len(until(service.children, lambda children: len(children) == 3)) == 3
        os.kill(applier, signal.SIGKILL)
        assert until(lambda: _child(service), lambda found: found not in (None, applier)) != applier
        assert worker in service.children()
        spam.write_text("spam.example\n")
        assert until(lambda: worker in service.children(), (False).__eq__) is False
        assert until(lambda: _health(service), (200).__eq__) == 200


CANNOT_START = """
from pathlib import Path
from analytics_service.processes import applier_process
from analytics_service.errors import Unavailable

def cannot(process):
    if Path({fault!r}).exists():
        raise Unavailable("the applier's files cannot be opened")
    return open_and_apply(process)

open_and_apply, applier_process._open_and_apply = applier_process._open_and_apply, cannot
"""


def test_an_applier_that_cannot_start_makes_the_service_unready_within_seconds(tmp_path: Path) -> None:
    fault = tmp_path / "fault"
    env = patched(tmp_path / "patch", CANNOT_START.format(fault=str(fault)))
    with serving(tmp_path / "data", "--workers", "1", env=env) as service:
        fault.touch()
        began = time.monotonic()
        os.kill(_applier(service), signal.SIGKILL)
        assert until(lambda: _health(service), (503).__eq__) == 503
        print(f"not ready {time.monotonic() - began:.1f} s after the applier was gone")
        assert "the applier does not run" in httpx2.get(f"{service.url}/health").json()["reasons"]
        fault.unlink()
        assert until(lambda: _health(service), (200).__eq__) == 200


def _health(service: Service) -> int:
    try:
        return httpx2.get(f"{service.url}/health", timeout=5).status_code
    except httpx2.TransportError:
        return 0
