"""The journal, as the door writes it and the applier reads it."""

import asyncio
from pathlib import Path
from typing import Protocol


class FactSink(Protocol):
    """Where the door puts facts that are to be durable."""

    def append(self, fact: bytes) -> asyncio.Future[None]:
        """Returns what is done when the fact is on disk. Raises Unavailable where it cannot be taken."""
        ...


class Journals(Protocol):
    """Every journal of this machine, as its one reader sees them.

    What concerns one journal raises Damaged where it can no longer be read, Unavailable where not now.
    """

    def names(self) -> list[str]:
        """Returns the names of the journals that there are."""
        ...

    def groups_after(self, name: str, seq: int, limit: int = ...) -> list[tuple[int, bytes]]:
        """Returns some groups after that number, at most `limit`, in order, each with its own number."""
        ...

    def last(self, name: str) -> int:
        """Returns the number of the last group ever written; 0 before the first."""
        ...

    def copy(self, name: str, path: Path) -> None:
        """Copies the journal as it is now, whole and checked, into a new file."""
        ...

    def remove_if_left(self, name: str, applied: int) -> bool:
        """Removes the journal of a worker that is gone, if nothing in it is newer than `applied`."""
        ...
