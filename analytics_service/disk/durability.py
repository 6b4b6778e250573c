"""Flushing files and folders to disk."""

import os
from pathlib import Path


def fsync_path(path: Path) -> None:
    """Flushes a file, or the names in a folder, to disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
