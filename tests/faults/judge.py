"""The judge stands outside: the senders' log against what is stored."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.faults.senders import Log
from tests.service import LIMIT, run, until


@dataclass(frozen=True)
class Verdict:
    """Views lost (L), doubled (D) and never sent (P), sums that differ (S), files that are healthy (H)."""

    lost: int
    doubled: int
    invented: int
    differences: int
    healthy: bool


RIGHT = Verdict(lost=0, doubled=0, invented=0, differences=0, healthy=True)


# A visit that was taken out and counted again has ids of the applier's own, beside those that were sent.
_IDS = "select id from seen_id where id not glob 'visit-*'"


def stored_ids(data: Path) -> set[str]:
    """The ids of the views that are counted."""
    with closing(sqlite3.connect(f"file:{data / 'stats.db'}?mode=ro", uri=True, timeout=5)) as stats:
        return {row[0] for row in stats.execute(_IDS)}


def judged(data: Path, log: Log, limit: float = LIMIT) -> Verdict:
    """The verdict once everything that was accepted had the time to be applied."""
    until(lambda: log.accepted <= stored_ids(data), bool, limit)
    with closing(sqlite3.connect(f"file:{data / 'stats.db'}?mode=ro", uri=True, timeout=5)) as stats:
        stats.execute("begin")
        stored = {row[0] for row in stats.execute(_IDS)}
        views = stats.execute("select count(*) from view").fetchone()[0]
        by_day = stats.execute("select total(pageviews) from rollup_day where dimension = 0").fetchone()[0]
        healthy = stats.execute("pragma integrity_check").fetchone() == ("ok",)
    with closing(sqlite3.connect(f"file:{data / 'config.db'}?mode=ro", uri=True, timeout=5)) as config:
        healthy &= config.execute("pragma integrity_check").fetchone() == ("ok",)
    told = json.loads(run("verify", "--json", data=data).stdout)
    return Verdict(
        lost=len(log.accepted - stored),
        doubled=max(views, int(by_day)) - len(stored),
        invented=len(stored - log.sent),
        differences=len(told["differences"]),
        healthy=healthy,
    )


def judged_at_last(data: Path, log: Log) -> Verdict:
    """The same, asked again while the applier is still at work on what was not answered."""
    return until(lambda: judged(data, log), RIGHT.__eq__)
