"""The small parent: starts workers and the applier, starts anew what dies, ends all when told."""

import logging
import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

import msgspec

from analytics_service.processes.applier import LONG
from analytics_service.settings import Settings

WORKER_SILENT = 10.0
APPLIER_SILENT = 3.0
LONG_WORK = 60.0
FIRST_BEAT = 20.0
LATE = 1.5
"""Seconds between two turns after which silence is this process's own fault: it was stopped for a while."""
STOP_WITHIN = 9.0
APPLIER_STOPS_WITHIN = 3.0
BACK_OFF_LONGEST = 5.0

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Child:
    """One process, with the pipe whose end tells it that the parent is gone, and the one it beats on.

    In a rolling restart a new worker `replaces` an old one. Once the new one serves, the old one is told to
    end: it `is_retired`, and has until `ends_by`.
    """

    role: str
    process: subprocess.Popen[bytes]
    beats: int
    started_at: float
    beat_at: float
    ready: bool = False
    at_long_work: bool = False
    replaces: "Child | None" = None
    is_retired: bool = False
    ends_by: float | None = None

    def heard(self, beats: bytes) -> None:
        """Notes that it is alive, and whether it said that the next beat may take its time."""
        self.beat_at, self.ready = time.monotonic(), True
        self.at_long_work = beats.endswith(LONG)

    def spare(self, now: float) -> None:
        """Begins its time anew, as if it had been heard just now."""
        self.beat_at = now
        if self.ends_by is not None:
            self.ends_by = now + STOP_WITHIN

    def is_hung(self, now: float) -> bool:
        """Whether it was silent for too long."""
        limit = APPLIER_SILENT if self.role == "applier" else WORKER_SILENT
        if self.at_long_work:
            limit = LONG_WORK
        silent = now - self.beat_at > (limit if self.ready else FIRST_BEAT)
        return silent or (self.ends_by is not None and now > self.ends_by)


class Supervisor:
    """Keeps N workers and one applier running."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        self._address_key = secrets.token_bytes(16)
        self._children: list[Child] = []
        self._failures: dict[str, int] = {}
        self._due: list[tuple[float, str]] = []
        self._stopping = False
        self._rolling = False
        self._to_replace: list[Child] = []
        self._turned_at = time.monotonic()
        self._selector = selectors.DefaultSelector()

    def run(self) -> int:
        """Runs until SIGTERM or SIGINT; 0 where everybody ended in time."""
        wake_in, wake_out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_out)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "_stopping", True))
        signal.signal(signal.SIGHUP, lambda *_: setattr(self, "_rolling", True))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(wake_in, selectors.EVENT_READ, None)
        self._start("applier")
        for _ in range(self._settings.workers):
            self._start("worker")
        while not self._stopping:
            self._poll()
        return self._stop_all()

    def _poll(self) -> None:
        for key, _ in self._selector.select(0.5):
            heard = _read(key.fd)
            if key.data is not None and heard:
                key.data.heard(heard)
        now = time.monotonic()
        if now - self._turned_at > LATE:
            # The beats that came meanwhile may not be read yet, and the others may have been stopped too.
            for child in self._children:
                child.spare(now)
        self._turned_at = now
        self._reap(now)
        self._rolling_restart(now)
        for child in self._children:
            if child.is_hung(now):
                log.error("the %s (process %d) hangs, so it is killed", child.role, child.process.pid)
                child.process.kill()
                child.beat_at, child.ends_by = now, None
        for due in [due for due in self._due if due[0] <= now]:
            self._due.remove(due)
            self._start(due[1])

    def _start(self, role: str, *, replaces: Child | None = None) -> None:
        beats, beating = os.pipe2(os.O_NONBLOCK)
        os.set_inheritable(beats, False)
        # -P: nothing that lies in the working directory is imported.
        command = [sys.executable, "-P", "-m", "analytics_service", role]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, pass_fds=(self._listening.fileno(), beating), close_fds=True
        )
        os.close(beating)
        told = {
            "settings": self._settings,
            "listening": self._listening.fileno(),
            "beats": beating,
            "address_key": self._address_key,
        }
        # The settings may hold a password: they go through the pipe, not through the command line.
        # It stays open for as long as this process lives: its end is how a child notices.
        if process.stdin is not None:
            try:
                process.stdin.write(msgspec.json.encode(told) + b"\n")
                process.stdin.flush()
            except BrokenPipeError:
                log.error("the %s ended as it started", role)
        now = time.monotonic()
        child = Child(role, process, beats, now, now, replaces=replaces)
        self._children.append(child)
        self._selector.register(beats, selectors.EVENT_READ, child)

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
                    # It is its successor already.
                    new.replaces = None
                    break
            else:
                self._start_anew(child, now)

    def _start_anew(self, child: Child, now: float) -> None:
        lived = now - child.started_at
        failures = 0 if lived > 10 else self._failures.get(child.role, 0) + 1
        self._failures[child.role] = failures
        wait = min(0.1 * 2**failures, BACK_OFF_LONGEST) if failures > 1 else 0.0
        log.warning(
            "the %s (process %d) ended with status %s; another starts in %.1f s",
            child.role,
            child.process.pid,
            child.process.returncode,
            wait,
        )
        self._due.append((now + wait, child.role))

    def _forget(self, child: Child) -> None:
        self._selector.unregister(child.beats)
        os.close(child.beats)
        if child.process.stdin is not None:
            child.process.stdin.close()
        self._children.remove(child)

    def _rolling_restart(self, now: float) -> None:
        """One worker after the other: a new one starts, and once it serves the old one may finish."""
        for new in self._children:
            if new.replaces is not None and new.ready:
                old, new.replaces = new.replaces, None
                old.is_retired, old.ends_by = True, now + STOP_WITHIN
                old.process.terminate()
        if any(child.replaces is not None or child.is_retired for child in self._children):
            return
        if self._rolling and not self._to_replace:
            self._rolling = False
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
            "the rolling restart is given up, and the old workers stay",
            new.process.pid,
            new.process.returncode,
        )

    def _stop_all(self) -> int:
        """Workers first, so that the applier can still apply what they accepted."""
        ends = time.monotonic() + STOP_WITHIN
        workers = [child for child in self._children if child.role == "worker"]
        appliers = [child for child in self._children if child.role == "applier"]
        clean = True
        for children, until in ((workers, ends - APPLIER_STOPS_WITHIN), (appliers, ends)):
            for child in children:
                child.process.terminate()
            for child in children:
                clean &= _ended(child, until)
        return 0 if clean else 1


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except BlockingIOError:
        return b""


def _ended(child: Child, until: float) -> bool:
    """Whether it ended by itself before that moment; else it is killed, which loses nothing."""
    try:
        child.process.wait(max(until - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired:
        log.error("the %s (process %d) did not end in time and is killed", child.role, child.process.pid)
        child.process.kill()
        child.process.wait()
        return False
    return True
