"""Up to which time facts are in the figures that are read."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from analytics_service.errors import Unavailable
from analytics_service.ports.clock import Clock
from analytics_service.ports.figures import FigureStore
from analytics_service.ports.journal import Journals

MAX_AGE = timedelta(seconds=1)
FLUSH_ALLOWANCE = timedelta(seconds=2)
"""A beacon of that moment may still be on its way to the disk; its sender has no answer yet."""


@dataclass(slots=True)
class AppliedUntil:
    """Tells, at most once in MAX_AGE, up to when every accepted fact is applied; it never goes back."""

    figures: FigureStore
    open_journals: Callable[[], AbstractContextManager[Journals]]
    clock: Clock
    _until: datetime | None = None
    _read_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self) -> datetime | None:
        """Returns that time in whole seconds; None before anything was applied, or while nobody knows."""
        async with self._reading:
            if time.monotonic() - self._read_at < MAX_AGE.total_seconds():
                return self._until
            began = time.monotonic()
            try:
                found = await self._read()
            except Unavailable:
                return self._until
            self._read_at = began
            if found is not None:
                self._until = found if self._until is None else max(self._until, found)
            return self._until

    async def _read(self) -> datetime | None:
        at = (self.clock() - FLUSH_ALLOWANCE).replace(microsecond=0)
        # The journals first: what is written after this is newer than `at`.
        written = await asyncio.to_thread(self._read_journals)
        newest_ms, applied = await self.figures.reached()
        if all(seq <= applied.get(name, 0) for name, seq in written.items()):
            return at if newest_ms else None
        # Facts are applied in the order of their time, whichever worker took them.
        newest = datetime.fromtimestamp(newest_ms // 1000, UTC)
        return min(newest, at) if newest_ms else None

    def _read_journals(self) -> dict[str, int]:
        with self.open_journals() as journals:
            return {name: journals.last(name) for name in journals.names()}
