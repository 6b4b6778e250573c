"""Heartbeats: what a process writes to its supervisor to show that it works, and what it is told in turn."""

import os
from contextlib import suppress

ALIVE = b"."
LONG_WORK = b"l"
"""Announces work that may take longer than usual until the next heartbeat."""

APPLIER_AWAY, APPLIER_BACK = b"x", b"o"
"""What the supervisor writes to its workers when no applier works, and when one works again."""


def send_heartbeat(descriptor: int, mark: bytes = ALIVE) -> None:
    """Writes a mark to the supervisor's pipe; a full pipe, or a supervisor that ended, is no error."""
    with suppress(BlockingIOError, BrokenPipeError):
        os.write(descriptor, mark)


def read_heartbeats(descriptor: int) -> bytes:
    """Returns the marks that wait in a pipe; none where there are none."""
    try:
        return os.read(descriptor, 4096)
    except BlockingIOError:
        return b""
