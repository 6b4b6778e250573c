"""Who works on a data folder: lock files, and the process that serves it with its URL."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics_service.disk.locks import is_held

SERVE_LOCK = "serve.lock"
APPLIER_LOCK = "applier.lock"
PID_FILE = "serve.pid"
URL_FILE = "serve.url"
ALIVE_INTERVAL = timedelta(minutes=1)


def find_server(folder: Path) -> int | None:
    """Returns the process that serves a folder, 0 where its number is unknown, None where none does."""
    if not is_held(folder / SERVE_LOCK):
        return None
    with suppress(OSError, ValueError):
        return int((folder / PID_FILE).read_text())
    return 0


def find_url(folder: Path) -> str:
    """Returns the URL at which the service of a folder is reached; an empty text where none runs."""
    if find_server(folder) is not None:
        with suppress(OSError):
            return (folder / URL_FILE).read_text("utf-8").strip()
    return ""


def has_applier(folder: Path) -> bool:
    """Returns whether an applier works on the folder, of a service or alone."""
    return is_held(folder / APPLIER_LOCK)


def note_alive(folder: Path, now: datetime) -> None:
    """Notes, once a minute, that the folder is served; a disk that takes no writes is let be."""
    last = find_last_alive(folder)
    if last is None or now - last >= ALIVE_INTERVAL:
        with suppress(OSError):
            os.utime(folder / SERVE_LOCK, (now.timestamp(), now.timestamp()))


def find_last_alive(folder: Path) -> datetime | None:
    """Returns when the folder was last noted to be served; None where it never was."""
    try:
        return datetime.fromtimestamp((folder / SERVE_LOCK).stat().st_mtime, UTC)
    except OSError:
        return None
