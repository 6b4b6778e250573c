"""Facts of all journals in the order of their time, a round at a time."""

import logging
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter

import msgspec

from analytics_service.domain.facts import Fact, decode_group
from analytics_service.errors import Damaged
from analytics_service.ports.journal import Journals

MAX_DELAY = timedelta(hours=48)
"""How far back a trusted caller may date a fact."""
MAX_DELAY_MS = int(MAX_DELAY.total_seconds() * 1000)
MIN_SHARE = 250
"""Facts that are read ahead of each journal at least."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Group:
    """A group of a journal as it was read; without facts, and with its bytes, where it cannot be."""

    seq: int
    facts: list[Fact]
    unreadable: bytes | None = None


@dataclass(slots=True)
class Queue:
    """What was read ahead of one journal, in its order."""

    groups: deque[Group] = field(default_factory=deque)
    fact_count: int = 0
    has_more: bool = True
    """Whether there may be more than was read."""
    newest_at: int = 0
    """The newest time of what was taken from it."""

    def times(self) -> list[int]:
        """Returns about when each group was written, in milliseconds since 1970; never one before the last.

        A trusted caller's fact may be older than that by MAX_DELAY, but not more: so a clock that was ahead
        for a moment cannot hold up what comes afterwards.
        """
        times, newest = [], self.newest_at
        for group in self.groups:
            newest = max(newest, max((fact.at for fact in group.facts), default=newest))
            times.append(newest)
        limit = None
        for index in range(len(times) - 1, -1, -1):
            if facts := self.groups[index].facts:
                oldest = max(fact.at for fact in facts) + MAX_DELAY_MS
                limit = oldest if limit is None else min(limit, oldest)
            if limit is not None:
                times[index] = min(times[index], limit)
        return times


@dataclass(slots=True)
class Round:
    """What is applied in one transaction: facts by their time, and how far that is of each journal."""

    facts: list[Fact]
    positions: dict[str, int]
    unreadable: list[tuple[str, int, bytes]]


class JournalMerger:
    """Reads all journals ahead, and gives what no unread fact comes before."""

    def __init__(self, journals: Journals) -> None:
        self._journals = journals
        self._queues: dict[str, Queue] = {}
        self._damaged: set[str] = set()

    def read_round(self, limit: int, positions: Mapping[str, int]) -> Round:
        """Returns about so many facts, of which none is newer than one that still waits unread.

        The same is returned again until `mark_applied` is called.
        """
        names = self._journals.names()
        for name in self._queues.keys() - set(names):
            del self._queues[name]
        for name in names:
            self._fill(name, max(limit // len(names), MIN_SHARE), positions.get(name, 0))
        times = {name: queue.times() for name, queue in self._queues.items()}
        # Of a journal that has more, nothing unread is older than the last that was read of it.
        horizons = [of[-1] for name, of in times.items() if of and self._queues[name].has_more]
        horizon = min(horizons, default=None)
        found = Round([], {}, [])
        for name, of in times.items():
            for group, at in zip(self._queues[name].groups, of, strict=True):
                if horizon is not None and at > horizon:
                    break
                found.facts += group.facts
                found.positions[name] = group.seq
                if group.unreadable is not None:
                    found.unreadable.append((name, group.seq, group.unreadable))
        found.facts.sort(key=attrgetter("at"))
        return found

    def mark_applied(self, applied: Round) -> None:
        """Drops the groups of a round whose transaction was committed."""
        for name, seq in applied.positions.items():
            queue = self._queues[name]
            times = queue.times()
            while queue.groups and queue.groups[0].seq <= seq:
                group = queue.groups.popleft()
                queue.fact_count -= max(len(group.facts), 1)
                queue.newest_at = times.pop(0)

    def is_damaged(self, name: str) -> bool:
        """Returns whether a journal could not be read when it was last tried."""
        return name in self._damaged

    def first_waiting_at(self, name: str, position: int) -> int | None:
        """Returns the time of the first fact that waits in a journal; None where none does."""
        for _, row in self._read(name, position):
            with suppress(msgspec.DecodeError):
                if facts := decode_group(row):
                    return min(fact.at for fact in facts)
        return None

    def _fill(self, name: str, share: int, position: int) -> None:
        queue = self._queues.setdefault(name, Queue())
        queue.has_more = True
        while queue.has_more and queue.fact_count < share:
            after = queue.groups[-1].seq if queue.groups else position
            rows = self._read(name, after)
            queue.has_more = bool(rows)
            for seq, row in rows:
                queue.groups.append(self._decoded(name, seq, row))
                # One that cannot be read takes room, too.
                queue.fact_count += max(len(queue.groups[-1].facts), 1)

    def _decoded(self, name: str, seq: int, row: bytes) -> Group:
        try:
            return Group(seq, decode_group(row))
        except msgspec.DecodeError as error:
            log.error("journal %s, group %d cannot be read and is set aside: %s", name, seq, error)
            return Group(seq, [], row)

    def _read(self, name: str, after: int) -> list[tuple[int, bytes]]:
        """Returns groups that wait; a journal whose file is damaged must not stop the others."""
        try:
            groups = self._journals.groups_after(name, after)
        except Damaged as error:
            if name not in self._damaged:
                log.error("%s; its file stays where it is, and what can still be read was applied", error)
                self._damaged.add(name)
            return []
        self._damaged.discard(name)
        return groups
