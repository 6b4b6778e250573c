"""Heartbeats: what a process writes to its supervisor to show that it works."""

import os
from contextlib import suppress

ALIVE = b"."
LONG_WORK = b"l"
"""Announces work that may take longer than usual until the next heartbeat."""


def send_heartbeat(descriptor: int, mark: bytes = ALIVE) -> None:
    """Writes a mark to the supervisor's pipe; a full pipe, or a supervisor that ended, is no error."""
    with suppress(BlockingIOError, BrokenPipeError):
        os.write(descriptor, mark)
