"""The supervisor: what it does about a process that cannot be started, is silent, or is replaced."""

import errno
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analytics_service.processes.heartbeat import ALIVE, LONG_WORK, send_heartbeat
from analytics_service.processes.supervisor import (
    APPLIER_HEARTBEAT_TIMEOUT,
    LONG_WORK_TIMEOUT,
    RENEWED_EACH,
    START_TIMEOUT,
    STOP_TIMEOUT,
    WORKER_HEARTBEAT_TIMEOUT,
    Child,
    Supervisor,
)
from analytics_service.settings import Settings


@pytest.fixture
def ended() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


@pytest.mark.parametrize(
    ("role", "timeout"), [("worker", WORKER_HEARTBEAT_TIMEOUT), ("applier", APPLIER_HEARTBEAT_TIMEOUT)]
)
def test_a_silent_process_hangs_after_a_time_that_its_work_may_take(ended, role, timeout) -> None:
    child = Child(role, ended, 0, started_at=0.0, heartbeat_at=0.0)
    limit = START_TIMEOUT.total_seconds()
    assert (child.is_hung(limit - 1), child.is_hung(limit + 1)) == (False, True)
    child.on_heartbeat(ALIVE)
    limit = child.heartbeat_at + timeout.total_seconds()
    assert (child.is_hung(limit - 1), child.is_hung(limit + 1)) == (False, True)
    child.on_heartbeat(ALIVE + LONG_WORK)
    limit = child.heartbeat_at + LONG_WORK_TIMEOUT.total_seconds()
    assert (child.is_hung(limit - 1), child.is_hung(limit + 1)) == (False, True)


def test_a_process_that_is_told_to_end_has_the_time_of_a_stop_and_a_pause_counts_for_nothing(ended) -> None:
    child = Child("worker", ended, 0, started_at=0.0, heartbeat_at=0.0, ends_by=5.0)
    assert (child.is_hung(4.0), child.is_hung(6.0)) == (False, True)
    child.spare(100.0)
    limit = 100.0 + STOP_TIMEOUT.total_seconds()
    assert (child.is_hung(limit - 1), child.is_hung(limit + 1)) == (False, True)


def test_a_heartbeat_to_a_full_pipe_or_to_nobody_is_no_error() -> None:
    reading, writing = os.pipe2(os.O_NONBLOCK)
    try:
        for _ in range(70_000):
            send_heartbeat(writing)
    finally:
        os.close(reading)
    send_heartbeat(writing)
    os.close(writing)


def test_a_process_that_cannot_be_started_is_tried_again_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    with socket.socket() as listening:
        supervisor = Supervisor(Settings(data=str(tmp_path)), listening)
        before = len(os.listdir("/proc/self/fd"))
        monkeypatch.setattr(subprocess, "Popen", fail)
        supervisor._start("worker")
        assert len(os.listdir("/proc/self/fd")) == before
        ((due, role),) = supervisor._restarts
    assert role == "worker"
    assert due > time.monotonic()
    assert caplog.messages == [f"cannot start the worker: {os.strerror(errno.EAGAIN)}"]


def test_each_day_every_worker_is_replaced_by_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: subprocess.Popen[bytes]
) -> None:
    started: list[Child] = []
    with socket.socket() as listening:
        supervisor = Supervisor(Settings(data=str(tmp_path), workers=2), listening)
        now = supervisor._renewed_at
        workers = [Child("worker", ended, 0, started_at=now, heartbeat_at=now) for _ in range(2)]
        supervisor._children = list(workers)
        monkeypatch.setattr(supervisor, "_start", lambda _role, *, replaces: started.append(replaces))
        day = RENEWED_EACH.total_seconds()
        for number in (1, 2):
            for seconds in (day - 1, day + 1, day + 2, day + 3):
                supervisor._rolling_restart(now + seconds)
            now += day + 1
            assert started == workers * number
