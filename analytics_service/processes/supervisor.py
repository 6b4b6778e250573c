"""The supervisor: starts workers and the applier, restarts those that end, and stops all of them."""

import logging
import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from analytics_service.processes.child import ChildStart
from analytics_service.processes.heartbeat import APPLIER_AWAY, APPLIER_BACK, LONG_WORK, read_heartbeats
from analytics_service.settings import Settings

WORKER_HEARTBEAT_TIMEOUT = timedelta(seconds=10)
APPLIER_HEARTBEAT_TIMEOUT = timedelta(seconds=3)
LONG_WORK_TIMEOUT = timedelta(seconds=60)
START_TIMEOUT = timedelta(seconds=20)
"""How long a new process may take until its first heartbeat."""
POLL_INTERVAL = timedelta(seconds=0.5)
PAUSE_LIMIT = timedelta(seconds=1.5)
"""Between two polls; after more, the supervisor itself was stopped, and no silence counts."""
STOP_TIMEOUT = timedelta(seconds=9)
APPLIER_STOP_TIMEOUT = timedelta(seconds=3)
"""The part of STOP_TIMEOUT that is kept for the applier, which ends after the workers."""
STABLE_AFTER = timedelta(seconds=10)
"""A process that lived for longer is restarted at once."""
AWAY_AFTER = timedelta(seconds=3)
"""Without an applier that works, workers say so: beacons are accepted, and figures stand still."""
RENEWED_EACH = timedelta(days=1)
"""Workers are replaced as often: nothing of whom they served outlives them in memory."""
MAX_BACK_OFF = timedelta(seconds=5)

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Child:
    """A process that the supervisor started; times are seconds of the monotonic clock.

    Its standard input is a pipe that closes when the supervisor ends. It writes its heartbeats to another
    pipe, whose reading end is `heartbeats`. In a rolling restart a new worker `replaces` an old one. Once the
    new one serves, the old one `is_retired`: it gets SIGTERM, and is killed after `ends_by`. What a worker
    was last told of the applier is `applier_away`.
    """

    role: str
    process: subprocess.Popen[bytes]
    heartbeats: int
    started_at: float
    heartbeat_at: float
    ready: bool = False
    at_long_work: bool = False
    replaces: "Child | None" = None
    is_retired: bool = False
    applier_away: bool = False
    ends_by: float | None = None

    def on_heartbeat(self, marks: bytes) -> None:
        """Notes that the process is alive, and whether the last mark announces work that takes longer."""
        self.heartbeat_at, self.ready = time.monotonic(), True
        self.at_long_work = marks.endswith(LONG_WORK)

    def spare(self, now: float) -> None:
        """Restarts every time limit of the process, as if it had just sent a heartbeat."""
        self.heartbeat_at = now
        if self.ends_by is not None:
            self.ends_by = now + STOP_TIMEOUT.total_seconds()

    def is_hung(self, now: float) -> bool:
        """Returns whether the process sent no heartbeat in time, or did not end in time."""
        if self.ends_by is not None and now > self.ends_by:
            return True
        if not self.ready:
            timeout = START_TIMEOUT
        elif self.at_long_work:
            timeout = LONG_WORK_TIMEOUT
        else:
            timeout = APPLIER_HEARTBEAT_TIMEOUT if self.role == "applier" else WORKER_HEARTBEAT_TIMEOUT
        return now - self.heartbeat_at > timeout.total_seconds()


class Supervisor:
    """Keeps the workers and one applier running until it is stopped."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        self._address_key = secrets.token_bytes(16)
        self._children: list[Child] = []
        self._failures: dict[str, int] = {}
        self._restarts: list[tuple[float, str]] = []
        self._stopping = self._rolling = self._is_ready = False
        self._to_replace: list[Child] = []
        self._polled_at = self._applier_at = self._renewed_at = time.monotonic()
        self._selector = selectors.DefaultSelector()

    def run(self) -> int:
        """Runs until SIGTERM or SIGINT; returns 0 where every process ended in time, else 1."""
        wake_in, wake_out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_out)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "_stopping", True))
        signal.signal(signal.SIGHUP, lambda *_: setattr(self, "_rolling", True))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(wake_in, selectors.EVENT_READ, None)
        log.info("starting on %s", self._settings.listens_on)
        self._start("applier")
        if self._settings.has_mail:
            self._start("mailer")
        for _ in range(self._settings.workers):
            self._start("worker")
        while not self._stopping:
            self._poll()
        log.info("stopping, as asked")
        is_clean = self._stop_all()
        log.info("stopped" if is_clean else "stopped; a process had to be killed")
        return 0 if is_clean else 1

    def _poll(self) -> None:
        for key, _ in self._selector.select(POLL_INTERVAL.total_seconds()):
            marks = read_heartbeats(key.fd)
            if key.data is not None and marks:
                key.data.on_heartbeat(marks)
        now = time.monotonic()
        if now - self._polled_at > PAUSE_LIMIT.total_seconds():
            # Heartbeats may not be read yet, and the others may have been stopped too.
            for child in self._children:
                child.spare(now)
            self._applier_at = now
        self._polled_at = now
        self._reap(now)
        self._rolling_restart(now)
        for child in self._children:
            if child.is_hung(now):
                log.error("the %s (process %d) hangs, so it is killed", child.role, child.process.pid)
                child.process.kill()
                child.heartbeat_at, child.ends_by = now, None
        for restart in [restart for restart in self._restarts if restart[0] <= now]:
            self._restarts.remove(restart)
            self._start(restart[1])
        self._tell_of_applier(now)
        steady = all(child.ready and not child.is_retired for child in self._children)
        if steady and not self._is_ready and not self._to_replace and not self._rolling:
            self._is_ready = True
            log.info("ready: %d workers and the applier run", self._settings.workers)

    def _tell_of_applier(self, now: float) -> None:
        """Tells the workers when no applier works; one that ends again and again does not."""
        for child in self._children:
            stable = now - child.started_at > STABLE_AFTER.total_seconds()
            if child.role == "applier" and child.ready and (stable or self._failures.get("applier", 0) < 2):
                self._applier_at = now
        is_away = now - self._applier_at > AWAY_AFTER.total_seconds()
        for child in self._children:
            if child.role == "worker" and child.applier_away != is_away and child.process.stdin is not None:
                with suppress(BrokenPipeError):
                    child.process.stdin.write(APPLIER_AWAY if is_away else APPLIER_BACK)
                    child.process.stdin.flush()
                child.applier_away = is_away

    def _start(self, role: str, *, replaces: Child | None = None) -> None:
        """Starts a process; one that cannot be started now is tried again, and a rolling restart given up."""
        heartbeats, writing = os.pipe2(os.O_NONBLOCK)
        try:
            process = self._spawn(role, writing)
        except OSError as error:
            os.close(heartbeats)
            log.error("cannot start the %s: %s", role, error.strerror)
            if replaces is None:
                self._restarts.append((time.monotonic() + MAX_BACK_OFF.total_seconds(), role))
            else:
                self._to_replace.clear()
                log.error("the rolling restart is given up and the old workers stay")
            return
        finally:
            os.close(writing)
        now = time.monotonic()
        child = Child(role, process, heartbeats, now, now, replaces=replaces)
        self._children.append(child)
        self._selector.register(heartbeats, selectors.EVENT_READ, child)

    def _spawn(self, role: str, heartbeats: int) -> subprocess.Popen[bytes]:
        # -P: nothing is imported from the working directory.
        command = [sys.executable, "-P", "-m", "analytics_service", role]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, pass_fds=(self._listening.fileno(), heartbeats), close_fds=True
        )
        start = ChildStart(self._settings, self._listening.fileno(), heartbeats, self._address_key)
        # Settings may hold a password, so they go through the pipe and not through the command line.
        # The pipe stays open as long as this process lives: its end is how a child notices.
        if process.stdin is not None:
            try:
                process.stdin.write(msgspec.json.encode(start) + b"\n")
                process.stdin.flush()
            except BrokenPipeError:
                log.error("the %s ended as it started", role)
        return process

    def _reap(self, now: float) -> None:
        for child in [child for child in self._children if child.process.poll() is not None]:
            self._forget(child)
            if child.is_retired:
                continue
            if child.replaces is not None:
                self._give_up_rolling(child)
                continue
            for new in self._children:
                if new.replaces is child:
                    # The new worker takes its place earlier than planned.
                    new.replaces = None
                    break
            else:
                self._schedule_restart(child, now)

    def _schedule_restart(self, child: Child, now: float) -> None:
        lived = now - child.started_at
        stable = lived > STABLE_AFTER.total_seconds()
        failures = 0 if stable else self._failures.get(child.role, 0) + 1
        self._failures[child.role] = failures
        wait = min(0.1 * 2**failures, MAX_BACK_OFF.total_seconds()) if failures > 1 else 0.0
        log.warning(
            "the %s (process %d) ended with status %s; another starts in %.1f s",
            child.role,
            child.process.pid,
            child.process.returncode,
            wait,
        )
        self._restarts.append((now + wait, child.role))

    def _forget(self, child: Child) -> None:
        self._selector.unregister(child.heartbeats)
        os.close(child.heartbeats)
        if child.process.stdin is not None:
            child.process.stdin.close()
        self._children.remove(child)

    def _rolling_restart(self, now: float) -> None:
        """Replaces one worker after the other: a new one starts, and once it serves, the old one ends."""
        for new in self._children:
            if new.replaces is not None and new.ready:
                old, new.replaces = new.replaces, None
                old.is_retired, old.ends_by = True, now + STOP_TIMEOUT.total_seconds()
                old.process.terminate()
        if any(child.replaces is not None or child.is_retired for child in self._children):
            return
        if now - self._renewed_at > RENEWED_EACH.total_seconds():
            self._renewed_at, self._rolling = now, True
        if self._rolling and not self._to_replace:
            self._rolling = self._is_ready = False
            log.info("replacing the workers, one after the other")
            self._to_replace = [child for child in self._children if child.role == "worker"]
        while self._to_replace:
            old = self._to_replace.pop(0)
            if old in self._children:
                self._start("worker", replaces=old)
                return

    def _give_up_rolling(self, new: Child) -> None:
        self._to_replace.clear()
        log.error(
            "the new worker (process %d) ended with status %s before it served: "
            "the rolling restart is given up and the old workers stay",
            new.process.pid,
            new.process.returncode,
        )

    def _stop_all(self) -> bool:
        """Stops the workers first, so that the applier can still apply what they accepted."""
        ends = time.monotonic() + STOP_TIMEOUT.total_seconds()
        workers = [child for child in self._children if child.role != "applier"]
        appliers = [child for child in self._children if child.role == "applier"]
        clean = True
        for children, until in ((workers, ends - APPLIER_STOP_TIMEOUT.total_seconds()), (appliers, ends)):
            for child in children:
                child.process.terminate()
            for child in children:
                clean &= _wait_for_end(child, until)
        return clean


def _wait_for_end(child: Child, until: float) -> bool:
    """Returns whether a process ended by itself before that moment; else kills it, which loses nothing."""
    try:
        child.process.wait(max(until - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired:
        log.error("the %s (process %d) did not end in time and is killed", child.role, child.process.pid)
        child.process.kill()
        child.process.wait()
        return False
    return True
