"""The journal, as the door writes it and the applier reads it."""

import asyncio
from typing import Protocol


class FactSink(Protocol):
    """Where the door puts facts."""

    def append(self, fact: bytes) -> asyncio.Future[None]:
        """Done when the fact is on disk. Raises Unavailable where it cannot be taken."""
        ...


class Journals(Protocol):
    """Every journal of this machine, as its one reader sees them."""

    def names(self) -> list[str]:
        """The journals there are."""
        ...

    def groups_after(self, name: str, seq: int) -> list[tuple[int, bytes]]:
        """Some groups after that number, in order."""
        ...

    def remove_if_left(self, name: str, applied: int) -> bool:
        """Removes the journal of a worker that is gone, if nothing in it is newer than `applied`."""
        ...
