"""What the supervisor starts: a worker or the applier, for as long as the supervisor lives."""

import os
import sys
import threading
from datetime import UTC, datetime

import msgspec

from analytics_service.settings import Settings


class ChildStart(msgspec.Struct, frozen=True):
    """What the supervisor tells a child; `listening` and `beats` are descriptors it inherits.

    Under `address_key` all workers of this run know a sender by one name.
    """

    settings: Settings
    listening: int
    beats: int
    address_key: bytes


def run_child(role: str) -> int:
    """Runs a worker or the applier; returns the exit status."""
    line = sys.stdin.buffer.readline()
    if not line:
        print(f"analytics-service: {role} is started by `serve`, not by hand", file=sys.stderr)
        return 2
    told = msgspec.json.decode(line, type=ChildStart)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    if role == "worker":
        from analytics_service.processes.worker import run_worker

        return run_worker(told.settings, told.listening, told.beats, clock=now, address_key=told.address_key)
    from analytics_service.processes.applier import run_applier

    return run_applier(told.settings, told.beats, clock=now)


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _end_with_parent() -> None:
    # The pipe ends when the parent does, however it died. SIGTERM's orderly way needs no pipe.
    # The descriptor itself is read: a buffered reader's lock would abort the interpreter's end.
    while os.read(0, 4096):
        pass
    os._exit(3)
