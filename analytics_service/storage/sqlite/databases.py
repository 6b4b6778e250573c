"""stats.db and config.db as a whole: made, migrated, examined."""

from contextlib import suppress
from pathlib import Path

from analytics_service.ports.databases import Engine, Part, PartState
from analytics_service.storage.sqlite.provisioning import (
    CONFIG,
    JOURNAL_MODE,
    STATS,
    Kind,
    check_release,
    create,
    journal_mode_of,
    state_of,
)
from analytics_service.storage.sqlite.sql import OLDEST_SQLITE, SQLITE

KIND_OF: dict[Part, Kind] = {Part.CONFIG: CONFIG, Part.STATS: STATS}


class FileDatabases:
    """The two databases of one data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def provision(self, *parts: Part) -> None:
        """Makes or migrates these parts (none named: all). Raises Unavailable for one that is missing."""
        for part in parts or Part:
            create(self._folder, KIND_OF[part])

    def state_of(self, part: Part) -> PartState:
        """Returns what is found of a part, without changing anything. Raises Unavailable, Damaged."""
        return state_of(self._folder, KIND_OF[part])

    def check_release(self, *parts: Part) -> None:
        """Raises Unavailable for a part (none named: any) that is not there or of another release."""
        for part in parts or Part:
            check_release(self._folder, KIND_OF[part])

    def was_provisioned(self) -> bool:
        """Returns whether a database or its marker is in the folder."""
        names = (name for kind in KIND_OF.values() for name in (kind.file, kind.marker))
        return any((self._folder / name).exists() for name in names)

    def name_of(self, part: Part) -> str:
        """Returns the name of a part's file."""
        return KIND_OF[part].file

    def mode_of(self, part: Part) -> tuple[str, str]:
        """Returns the file's journal mode, as found and as it is to be. Raises Unavailable, Damaged."""
        kind = KIND_OF[part]
        return journal_mode_of(self._folder / kind.file), JOURNAL_MODE

    def size_of(self, part: Part) -> int:
        """Returns the bytes of a part's file and of those that SQLite keeps beside it."""
        total = 0
        for path in self._folder.glob(f"{KIND_OF[part].file}*"):
            # A file beside the database may be removed while we look.
            with suppress(OSError):
                total += path.stat().st_size
        return total

    def engine(self) -> Engine:
        """Returns the version of the SQLite library that this Python brings."""
        return Engine("SQLite", SQLITE, OLDEST_SQLITE)
