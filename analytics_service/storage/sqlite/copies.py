"""Copies of stats.db and config.db, for backup and restore."""

from pathlib import Path

from analytics_service.disk.durability import fsync_path
from analytics_service.storage.sqlite.provisioning import (
    CONFIG,
    STATS,
    UNFINISHED,
    check_copy,
    copy_file,
    create,
)

# What is applied between two copies is in the second: positions must not be newer than sites and tasks.
KIND_OF_COPY = {kind.file: kind for kind in (STATS, CONFIG)}


class FileCopies:
    """Copies of one data folder's databases, each a single file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """Returns the files' names, in the order in which they are to be copied."""
        return tuple(KIND_OF_COPY)

    def copy(self, name: str, path: Path) -> None:
        """Writes a whole, checked copy; config.db's without salts. Raises Unavailable, Damaged."""
        copy_file(self._folder, KIND_OF_COPY[name], path)

    def check(self, name: str, path: Path) -> None:
        """Reads every page of a copy. Raises Damaged, or Unavailable for a newer release's."""
        check_copy(path, KIND_OF_COPY[name])

    def begin_restore(self) -> None:
        """Marks the folder as unfinished, so that a restore that is cut off is noticed."""
        (self._folder / UNFINISHED).touch(mode=0o600)
        fsync_path(self._folder)

    def put_aside(self, folder: Path) -> bool:
        """Moves databases and markers into a folder; returns whether there was anything to move."""
        found = [path for kind in KIND_OF_COPY.values() for path in self._folder.glob(f"{kind.name}.*")]
        if found:
            folder.mkdir(mode=0o700, exist_ok=True)
        for path in found:
            path.replace(folder / path.name)
        return bool(found)

    def put_in_place(self, name: str, path: Path) -> None:
        """Renames a checked copy of the same file system to the database itself."""
        path.replace(self._folder / name)

    def end_restore(self) -> None:
        """Makes the new files durable, takes the mark off, migrates, and writes the markers."""
        fsync_path(self._folder)
        (self._folder / UNFINISHED).unlink()
        # A release whose STATS lacks something that CONFIG has can be opened; the other way round, too.
        for kind in (CONFIG, STATS):
            create(self._folder, kind)
