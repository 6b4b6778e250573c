"""`status`: what a data folder holds and who works on it."""

from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from analytics_service.cli.folder import is_held, server_of
from analytics_service.domain.facts import decode_group
from analytics_service.errors import Damaged
from analytics_service.journal import FolderJournals
from analytics_service.storage.sqlite.verification import Verifier, open_verifier


class Waiting(msgspec.Struct, frozen=True):
    """What is accepted and not yet applied; `lag_seconds` is the age of the oldest of it."""

    journals: int
    groups: int
    lag_seconds: float
    damaged_journals: list[str]


class State(msgspec.Struct, frozen=True):
    """A data folder at one moment; sizes in bytes."""

    data: str
    served_by: int | None
    applied_by_another: bool
    waiting: Waiting
    unreadable_groups: int
    sites: int
    stats_bytes: int
    journal_bytes: int
    config_bytes: int
    last_check_at: datetime | None
    last_check_days: int
    last_check_differences: int


def look(folder: Path, *, at: datetime) -> State:
    """What can be seen of a folder in use without touching anything. Raises Unavailable."""
    served_by = server_of(folder)
    with open_verifier(folder) as truth:
        check = truth.last_check()
        return State(
            data=str(folder),
            served_by=served_by,
            applied_by_another=served_by is None and is_held(folder / "applier.lock"),
            waiting=_waiting(folder, truth, at),
            unreadable_groups=truth.unreadable(),
            sites=len(truth.sites()),
            stats_bytes=_size(folder, "stats.db*"),
            journal_bytes=_size(folder / "journal", "*.db*"),
            config_bytes=_size(folder, "config.db*"),
            last_check_at=datetime.fromtimestamp(check.at_ms / 1000, UTC) if check else None,
            last_check_days=check.days if check else 0,
            last_check_differences=check.differences if check else 0,
        )


def _waiting(folder: Path, truth: Verifier, at: datetime) -> Waiting:
    positions = truth.positions()
    groups, lag, damaged = 0, 0.0, []
    with closing(FolderJournals(folder / "journal")) as journals:
        names = journals.names()
        for name in names:
            applied = positions.get(name, 0)
            try:
                if left := journals.groups_after(name, applied, limit=1):
                    groups += journals.last(name) - applied
                    lag = max(lag, at.timestamp() - _oldest(left[0][1], at))
            except Damaged:
                damaged.append(name)
    return Waiting(len(names), groups, round(lag, 3), damaged)


def _oldest(group: bytes, at: datetime) -> float:
    with suppress(msgspec.DecodeError):
        return min(fact.at for fact in decode_group(group)) / 1000
    return at.timestamp()


def _size(folder: Path, pattern: str) -> int:
    total = 0
    for path in folder.glob(pattern):
        # A journal may be removed while we look.
        with suppress(OSError):
            total += path.stat().st_size
    return total
