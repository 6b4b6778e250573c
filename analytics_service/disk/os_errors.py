"""The operating system's errors, translated into ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics_service.errors import Unavailable


@contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Turns an OSError of the block into Unavailable, which names the file, or `path` where none is known."""
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{error.filename or path}: {error.strerror}") from error
