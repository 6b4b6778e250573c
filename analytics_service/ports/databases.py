"""The databases themselves: whether they are there, of which release, and in order."""

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol


class Part(StrEnum):
    """What is stored apart: what people configure, and what is counted."""

    CONFIG = "config"
    STATS = "stats"


class PartState(StrEnum):
    """What is found of a part before it is opened."""

    ABSENT = "absent"
    """It was never made."""
    MISSING = "missing"
    """It was here and is gone, or is empty."""
    OLDER = "older"
    """An older release wrote it; provisioning migrates it."""
    NEWER = "newer"
    """A newer release wrote it; this one must not open it."""
    CURRENT = "current"


class Engine(NamedTuple):
    """The program that keeps the databases; versions are numbers from the most significant on."""

    name: str
    version: tuple[int, ...]
    oldest: tuple[int, ...]
    """The oldest version that will do."""


class Databases(Protocol):
    """The parts of a storage as a whole; every call may raise Unavailable, or Damaged."""

    def provision(self, *parts: Part) -> None:
        """Makes or migrates these parts (none named: all). Raises Unavailable for one that is missing.

        Only who holds the data folder calls it: `serve`, `apply`, `restore`, and what makes a new folder.
        """
        ...

    def state_of(self, part: Part) -> PartState:
        """Returns what is found of a part, without changing anything."""
        ...

    def check_release(self, *parts: Part) -> None:
        """Raises Unavailable for a part that is not there or of another release, and says what to do."""
        ...

    def was_provisioned(self) -> bool:
        """Returns whether anything was ever stored here, present or missing."""
        ...

    def name_of(self, part: Part) -> str:
        """Returns what an operator knows a part by, such as its file's name."""
        ...

    def mode_of(self, part: Part) -> tuple[str, str]:
        """Returns the mode in which a part is written, as found and as it is to be."""
        ...

    def size_of(self, part: Part) -> int:
        """Returns how many bytes a part takes."""
        ...

    def engine(self) -> Engine:
        """Returns which database program is used."""
        ...


class Presence(Protocol):
    """The files that a process has open, compared with those in their place now."""

    def gone(self) -> list[str]:
        """Returns the names of those that are missing now, or others than they were."""
        ...


class Copies(Protocol):
    """Copies of the databases, for backup and restore; every call may raise Unavailable, or Damaged."""

    def names(self) -> tuple[str, ...]:
        """Returns the copies' names in a backup, in the order in which they are to be made."""
        ...

    def copy(self, name: str, path: Path) -> None:
        """Writes a whole, checked copy, beside a running service, without what must not outlive it."""
        ...

    def check(self, name: str, path: Path) -> None:
        """Reads all of a copy. Raises Damaged, or Unavailable for a newer release's."""
        ...

    def begin_restore(self) -> None:
        """Marks the storage as unfinished: nobody opens it before `end_restore`."""
        ...

    def put_aside(self, folder: Path) -> bool:
        """Moves what is stored into a folder, made where it is needed; returns whether there was anything."""
        ...

    def put_in_place(self, name: str, path: Path) -> None:
        """Puts a checked copy where what is stored belongs; the copy is gone from its place."""
        ...

    def end_restore(self) -> None:
        """Takes the mark off and migrates what an older release wrote."""
        ...
