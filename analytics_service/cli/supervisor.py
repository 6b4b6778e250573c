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

from analytics_service.cli.applier import LONG
from analytics_service.settings import Settings

WORKER_SILENT = 10.0
APPLIER_SILENT = 3.0
LONG_WORK = 60.0
FIRST_BEAT = 20.0
STOP_WITHIN = 9.0
APPLIER_STOPS_WITHIN = 3.0
BACK_OFF_LONGEST = 5.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """One process, with the pipe whose end tells it that the parent is gone, and the one it beats on."""

    role: str
    process: subprocess.Popen[bytes]
    beats: int
    started_at: float
    beat_at: float
    ready: bool = False
    at_long_work: bool = False

    def heard(self, beats: bytes) -> None:
        """Notes that it is alive, and whether it said that the next beat may take its time."""
        self.beat_at, self.ready = time.monotonic(), True
        self.at_long_work = beats.endswith(LONG)

    def is_hung(self, now: float) -> bool:
        """Whether it was silent for too long."""
        limit = APPLIER_SILENT if self.role == "applier" else WORKER_SILENT
        if self.at_long_work:
            limit = LONG_WORK
        return now - self.beat_at > (limit if self.ready else FIRST_BEAT)


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
            self._turn()
        return self._stop_all()

    def _turn(self) -> None:
        for key, _ in self._selector.select(0.5):
            heard = _read(key.fd)
            if key.data is not None and heard:
                key.data.heard(heard)
        if self._rolling:
            self._rolling = False
            self._roll()
        self._bury()
        now = time.monotonic()
        for child in self._children:
            if child.is_hung(now):
                log.error("the %s (process %d) hangs, so it is killed", child.role, child.process.pid)
                child.process.kill()
                child.beat_at = now
        for due in [due for due in self._due if due[0] <= now]:
            self._due.remove(due)
            self._start(due[1])

    def _start(self, role: str) -> None:
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
        child = Child(role, process, beats, now, now)
        self._children.append(child)
        self._selector.register(beats, selectors.EVENT_READ, child)

    def _bury(self) -> None:
        for child in [child for child in self._children if child.process.poll() is not None]:
            self._forget(child)
            now = time.monotonic()
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

    def _roll(self) -> None:
        """Starts new workers, waits until each serves, then lets the old ones finish."""
        old = [child for child in self._children if child.role == "worker"]
        for worker in old:
            self._start("worker")
            new = self._children[-1]
            give_up = time.monotonic() + FIRST_BEAT
            while not new.ready and time.monotonic() < give_up and not self._stopping:
                for key, _ in self._selector.select(0.2):
                    beats = _read(key.fd)
                    if beats and key.data is not None:
                        key.data.heard(beats)
            worker.process.terminate()
            _ended(worker, time.monotonic() + STOP_WITHIN)
            self._forget(worker)

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
