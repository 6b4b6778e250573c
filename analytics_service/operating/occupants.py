"""Who works on a data folder: lock files, and the number of the process that serves it."""

from contextlib import suppress
from pathlib import Path

from analytics_service.disk.locks import is_held

SERVE_LOCK = "serve.lock"
APPLIER_LOCK = "applier.lock"
PID_FILE = "serve.pid"


def find_server(folder: Path) -> int | None:
    """Returns the process that serves a folder, 0 where its number is unknown, None where none does."""
    if not is_held(folder / SERVE_LOCK):
        return None
    with suppress(OSError, ValueError):
        return int((folder / PID_FILE).read_text())
    return 0


def has_applier(folder: Path) -> bool:
    """Returns whether an applier works on the folder, of a service or alone."""
    return is_held(folder / APPLIER_LOCK)
