"""`status`: who works on a data folder, the backlog, sizes, and the last integrity check."""

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from analytics_service.domain.facts import decode_group
from analytics_service.errors import Damaged
from analytics_service.operating.installation import Installation
from analytics_service.operating.lock_holders import find_server, has_applier
from analytics_service.ports.databases import Part
from analytics_service.ports.journal import Journals


class Backlog(msgspec.Struct, frozen=True):
    """What is accepted and not yet applied; `lag_seconds` is the age of the oldest fact."""

    journals: int
    groups: int
    lag_seconds: float
    damaged_journals: list[str]


class Status(msgspec.Struct, frozen=True):
    """A data folder at one moment; `sites` are those with figures, sizes are in bytes.

    `older_days` days of sites before `sums_since` have the sums of an older release still.
    """

    data: str
    served_by: int | None
    applied_by_another: bool
    waiting: Backlog
    unreadable_groups: int
    sites: int
    older_days: int
    sums_since: date | None
    stats_bytes: int
    journal_bytes: int
    config_bytes: int
    last_check_at: datetime | None
    last_check_days: int
    last_check_differences: int


def read_status(installation: Installation, *, at: datetime) -> Status:
    """Returns the status of a folder, in use or not; nothing is changed. Raises Unavailable."""
    folder, databases = installation.folder, installation.storage.databases
    served_by = find_server(folder)
    with (
        installation.storage.open_verifier() as verifier,
        installation.open_journals() as journals,
    ):
        check = verifier.last_check()
        older_days, sums_since = verifier.older_days()
        return Status(
            data=str(folder),
            served_by=served_by,
            applied_by_another=served_by is None and has_applier(folder),
            waiting=_read_backlog(journals, verifier.positions(), at),
            unreadable_groups=verifier.unreadable(),
            sites=len(verifier.sites()),
            older_days=older_days,
            sums_since=sums_since,
            stats_bytes=databases.size_of(Part.STATS),
            journal_bytes=_sum_sizes(installation.journal_folder),
            config_bytes=databases.size_of(Part.CONFIG),
            last_check_at=datetime.fromtimestamp(check.at_ms / 1000, UTC) if check else None,
            last_check_days=check.days if check else 0,
            last_check_differences=check.differences if check else 0,
        )


def _read_backlog(journals: Journals, positions: dict[str, int], at: datetime) -> Backlog:
    groups, lag, damaged = 0, 0.0, []
    names = journals.names()
    for name in names:
        applied = positions.get(name, 0)
        try:
            if left := journals.groups_after(name, applied, limit=1):
                groups += journals.last(name) - applied
                lag = max(lag, at.timestamp() - _oldest_time(left[0][1], at))
        except Damaged:
            damaged.append(name)
    return Backlog(len(names), groups, round(lag, 3), damaged)


def _oldest_time(group: bytes, at: datetime) -> float:
    with suppress(msgspec.DecodeError):
        return min(fact.at for fact in decode_group(group)) / 1000
    return at.timestamp()


def _sum_sizes(folder: Path) -> int:
    total = 0
    for path in folder.glob("*.db*"):
        # A journal may be removed while we look.
        with suppress(OSError):
            total += path.stat().st_size
    return total
