"""A child process: a worker or the applier, which ends when its supervisor does."""

import os
import sys
import threading

import msgspec

from analytics_service.app.clock import read_clock
from analytics_service.logs import set_up_logging
from analytics_service.processes.heartbeat import APPLIER_AWAY
from analytics_service.settings import Settings


class ChildStart(msgspec.Struct, frozen=True):
    """What a child gets from the supervisor; `listening` and `heartbeats` are descriptors it inherits.

    With `address_key` all workers of this run give a sender the same name in Redis.
    """

    settings: Settings
    listening: int
    heartbeats: int
    address_key: bytes


def run_child(role: str) -> int:
    """Runs a worker or the applier; returns the exit status."""
    line = sys.stdin.buffer.readline()
    if not line:
        print(f"analytics-service: `serve` starts the {role}; it is no command of its own", file=sys.stderr)
        return 2
    start = msgspec.json.decode(line, type=ChildStart)
    set_up_logging(start.settings.log, role)
    applier_away = threading.Event()
    threading.Thread(target=_heed_parent, args=(applier_away,), name="parent", daemon=True).start()
    if role == "worker":
        from analytics_service.processes.worker_process import run_worker

        return run_worker(
            start.settings,
            start.listening,
            start.heartbeats,
            clock=read_clock,
            address_key=start.address_key,
            is_applier_away=applier_away.is_set,
        )
    if role == "mailer":
        from analytics_service.processes.mailer_process import run_mailer

        return run_mailer(start.settings, start.heartbeats, clock=read_clock)
    from analytics_service.processes.applier_process import run_applier

    return run_applier(start.settings, start.heartbeats, clock=read_clock)


def _heed_parent(applier_away: threading.Event) -> None:
    # The pipe ends when the parent does, however it died. SIGTERM's orderly way needs no pipe.
    # The descriptor itself is read: a buffered reader's lock would abort the interpreter's end.
    while marks := os.read(0, 4096):
        if marks.endswith(APPLIER_AWAY):
            applier_away.set()
        else:
            applier_away.clear()
    os._exit(3)
