"""Whether the files that a running service has open are still the ones in its folder."""

import os
from pathlib import Path

from analytics_service.storage.sqlite.provisioning import CONFIG, STATS

JOURNAL_FOLDER = "journal"


class FilePresence:
    """Remembers both databases and the folder of journals as they are now.

    A file that is removed or replaced stays open for whoever has it open: what is written to it is gone when
    the last one closes it.
    """

    def __init__(self, folder: Path) -> None:
        names = (STATS.file, CONFIG.file, JOURNAL_FOLDER)
        self._paths = {name: folder / name for name in names}
        self._known = {name: _identity(path) for name, path in self._paths.items()}

    def gone(self) -> list[str]:
        """The names of those that are missing now, or others than they were."""
        found = {name: _identity(path) for name, path in self._paths.items()}
        return [name for name, known in self._known.items() if found[name] is None or found[name] != known]


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and number of the file; None where there is none."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino
