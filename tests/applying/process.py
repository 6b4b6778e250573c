"""An applier's process over a folder, as `cli.applier` puts it together, with a clock that stands."""

import asyncio
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from analytics_service.applying.applier import Applier
from analytics_service.applying.maintenance import Maintenance
from analytics_service.applying.reclassification import Reclassification
from analytics_service.applying.removal import Removal
from analytics_service.domain.facts import Engagement, Event, Fact, View, VisitorFact, encode
from analytics_service.domain.site import ZoneSince
from analytics_service.domain.tasks import Task, TaskKind, TaskState
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.ports.storage import ConfigStores
from analytics_service.ports.tasks import TaskStore
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.removal import FigureRemover
from analytics_service.storage.sqlite.stats import StatsWriter, create_stats, open_stats_writer

ZONES = (ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),)
NOON = datetime(2026, 11, 10, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 10)


def fresh(folder: Path) -> Path:
    """An empty data folder."""
    (folder / "journal").mkdir(parents=True)
    create_config(folder)
    create_stats(folder)
    return folder


def view(visitor: int, minute: float = 0, page: str = "/", **more: object) -> View:
    """A view so many minutes after noon."""
    return View(**_seen(visitor, minute, page, **more))  # type: ignore[arg-type]


def event(visitor: int, minute: float, name: str, page: str = "/", **more: object) -> Event:
    """An event of that name so many minutes after noon."""
    return Event(name=name, **_seen(visitor, minute, page, **more))  # type: ignore[arg-type]


def _seen(visitor: int, minute: float, page: str, **more: object) -> dict[str, object]:
    return {
        "site": 1,
        "at": int((NOON + timedelta(minutes=minute)).timestamp() * 1000),
        "visitor_id": visitor,
        "id": secrets.token_hex(8),
        "hostname": "x.example.vn",
        "page": page,
        **more,
    }


def engaged(told: VisitorFact, milliseconds: int, after: timedelta = timedelta(minutes=1)) -> Engagement:
    """Engagement with the page of that view."""
    at = told.at + int(after.total_seconds() * 1000)
    return Engagement(
        site=told.site,
        at=at,
        visitor_id=told.visitor_id,
        id=told.id,
        page=told.page,
        drop=told.drop,
        family=told.family,
        engaged_ms=milliseconds,
    )


def journaled(folder: Path, facts: Iterable[Fact], group: int = 1_000) -> None:
    """Writes a journal of a worker that is gone."""

    async def write() -> None:
        told = [encode(fact) for fact in facts]
        async with open_journal(folder / "journal", secrets.token_hex(10)) as journal:
            for first in range(0, len(told), group):
                await asyncio.gather(*(journal.append(fact) for fact in told[first : first + group]))

    asyncio.run(write())


def removal_of(config: ConfigStores, stats: StatsWriter) -> Removal:
    """Removes deleted sites from what is opened."""
    parts = (config.sites, config.removals, FigureRemover(stats.changing), config.audit)
    return Removal(*parts, reload_sites=lambda: None)


@dataclass
class Process:
    """What an applier's process holds."""

    folder: Path
    applier: Applier
    stats: StatsWriter
    orders: TaskStore
    care: Maintenance
    at: datetime

    def apply(self, *facts: Fact) -> None:
        """Applies these facts, and all that waits."""
        if facts:
            journaled(self.folder, facts)
        while self.applier.apply_round():
            pass

    def work(self) -> None:
        """Works until nothing is due."""
        while self.care.step():
            pass

    def place(self, kind: TaskKind, **more: object) -> int:
        """Places an order of the first day."""
        asked = {"site": 1, "first": TODAY.isoformat(), "last": TODAY.isoformat(), **more}
        return self.orders.place(kind, asked, by="me", at=NOON)

    def order(self, kind: TaskKind, **more: object) -> Task:
        """Places an order and works on it until it has ended."""
        number = self.place(kind, **more)
        while self.found(number).state is TaskState.WAITING:
            self.care.step()
        return self.found(number)

    def found(self, number: int) -> Task:
        """The order as it stands."""
        found = self.orders.find(number)
        assert found is not None
        return found

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """What another connection reads."""
        with closing(sqlite3.connect(self.folder / "stats.db")) as stats:
            return stats.execute(statement, values).fetchall()

    def sums(self, site: int = 1) -> tuple[object, ...]:
        """Page views, visits, visitors, bounces and engaged milliseconds of all days."""
        return self.rows(
            "select total(pageviews), total(visits), total(visitors), total(bounces), total(engaged_ms) "
            "from rollup_day where site = ? and dimension = 0",
            site,
        )[0]

    def wrong(self) -> list[object]:
        """What `verify` would tell."""
        truth = self.stats.verification()
        return [
            one for site in truth.sites() for day in truth.days(site) for one in truth.differences(site, day)
        ]


@contextmanager
def running(folder: Path, at: datetime = NOON) -> Iterator[Process]:
    """A process over that folder."""
    with (
        closing(FolderJournals(folder / "journal")) as journals,
        open_stats_writer(folder) as stats,
        open_config(folder) as config,
    ):
        recounting = Reclassification(
            stats, stats.quarantine(), stats.verification(), lambda _: ZONES, cap=10_000
        )
        process = Process(
            *(folder, Applier(journals, stats, lambda _: ZONES), stats, config.tasks),
            Maintenance(
                *(stats.verification(), config.tasks, recounting, removal_of(config, stats)),
                rollups=stats.rollups,
                clock=lambda: process.at,
                retention=None,
            ),
            at,
        )
        yield process
