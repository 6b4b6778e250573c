"""Lock files: who holds one keeps others out, until its process ends."""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from analytics_service.errors import Unavailable


def lock(path: Path) -> int | None:
    """Returns an open descriptor that holds the lock file; None while another process does.

    Raises Unavailable where the file cannot be created.
    """
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            descriptor = _open_read_only(path, error)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.stat(path), os.fstat(descriptor)):
                return descriptor
        # Whoever held it has removed it meanwhile: who comes next would make another, and hold that.
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Returns whether a process holds the lock file, which is not created."""
    if not path.exists():
        return False
    held = lock(path)
    if held is None:
        return True
    os.close(held)
    return False


def _open_read_only(path: Path, error: OSError) -> int:
    """Opens a lock file that exists on a read-only file system: it can still be locked."""
    if error.errno == errno.EROFS:
        with suppress(FileNotFoundError):
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    raise Unavailable(f"cannot create {path}: {error.strerror}") from error
