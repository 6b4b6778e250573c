"""The journal, as the door writes it and the applier reads it."""

import asyncio
from pathlib import Path
from typing import Protocol


class FactSink(Protocol):
    """Where the door puts facts that are to be durable."""

    def append(self, fact: bytes) -> asyncio.Future[None]:
        """Returns what is done when the fact is on disk. Raises Unavailable where it cannot be taken."""
        ...


class WorkerJournal(FactSink, Protocol):
    """A worker's own journal: it alone writes it, and deletes what was applied."""

    @property
    def name(self) -> str:
        """The journal's name, unlike any other; "" stands for none, while none can be made."""
        ...

    @property
    def failed(self) -> asyncio.Event:
        """Set once its worker must end, and another may begin."""
        ...

    @property
    def last_seq(self) -> int:
        """The number of the last group that was written; 0 before the first."""
        ...

    refusal: str
    """Why no fact is taken now, set by whoever knows; "" where facts are taken."""

    def passed(self, seq: int) -> None:
        """Lets it delete groups up to that number: their facts are durable elsewhere."""
        ...

    async def sweep(self) -> None:
        """Deletes what is durable elsewhere although nothing new comes, so that no trace of it stays."""
        ...

    def look(self) -> None:
        """Looks whether what it writes to is still in its place; sets `failed` where it is not."""
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
