"""Lock files."""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from analytics_service.errors import Unavailable


def lock(path: Path) -> int | None:
    """An open descriptor that holds the lock file, or None while somebody else does. Raises Unavailable."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        descriptor = _unwritable(path, error)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _unwritable(path: Path, error: OSError) -> int:
    """On a read-only file system a lock file that is there can still be locked."""
    if error.errno == errno.EROFS:
        with suppress(FileNotFoundError):
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    raise Unavailable(f"{path} cannot be made: {error.strerror}") from error
