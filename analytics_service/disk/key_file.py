"""A file with a random key, which only its owner may read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from analytics_service.disk.durability import fsync_path
from analytics_service.disk.os_errors import translate_os_errors
from analytics_service.errors import Damaged

KEY_BYTES = 32


def read_or_make_key(path: Path) -> bytes:
    """Returns the key of a file, which is made where there is none. Raises Unavailable, Damaged."""
    with translate_os_errors(path):
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            key = _make(path)
    if len(key) != KEY_BYTES:
        raise Damaged(f"{path} is no key of {KEY_BYTES} bytes: put back the file that was there")
    return key


def _make(path: Path) -> bytes:
    """Writes a new key; of several processes that do so at once, one wins."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        fsync_path(partial)
        with suppress(FileExistsError):
            os.link(partial, path)
    finally:
        partial.unlink()
    fsync_path(path.parent)
    return path.read_bytes()
