"""Suspects that were people, and visits that were none: the figures are as if it had been known at once."""

import asyncio
import random
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from analytics_service.applying.applier import Applier
from analytics_service.applying.maintenance import Maintenance
from analytics_service.applying.reclassification import Reclassification
from analytics_service.domain.facts import Engagement, Event, View, VisitorFact, encode
from analytics_service.domain.quarantine import MARKED_RETENTION, Selection
from analytics_service.domain.site import ZoneSince
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.drops import open_drops
from analytics_service.storage.sqlite.stats import StatsWriter, create_stats, open_stats_writer
from tests.applying.process import removal_of

ZONES = (ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),)
NOON = datetime(2026, 11, 10, 5, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 10), date(2026, 11, 12)
FAMILY = "Cốc Cốc bot"


def three_days(suspected: str) -> list[VisitorFact]:
    """What 60 visitors did; a third of them look through what is taken for a robot."""
    chance = random.Random(7)
    facts: list[VisitorFact] = []
    for number in range(600):
        who = chance.randrange(60)
        at = int((NOON + timedelta(minutes=chance.randrange(3 * 24 * 60 - 12 * 60))).timestamp() * 1000)
        is_odd = who % 3 == 0
        event = chance.random() < 0.1
        hidden: dict[str, Any] = {"drop": suspected, "family": FAMILY} if suspected and is_odd else {}
        kind = partial(Event, name="sign-up") if event else View
        hit = kind(
            site=1,
            at=at,
            visitor_id=who + 1000,
            id=f"event-{number}" if event else f"view-{number}",
            hostname="x.example.vn",
            page=f"/{chance.randrange(9)}",
            browser=FAMILY if is_odd else "Firefox",
            browser_version="12",
            country="VN",
            referrer=chance.choice(["", "a.example", "b.example"]),
            **hidden,
        )
        facts.append(hit)
        engaged_ms = chance.randrange(20_000)
        if not event:
            about: dict[str, Any] = {"visitor_id": hit.visitor_id, "id": hit.id, "page": hit.page, **hidden}
            facts.append(Engagement(site=1, at=at, engaged_ms=engaged_ms, **about))
    return facts


async def _journaled(folder: Path, facts: list[VisitorFact]) -> None:
    async with open_journal(folder / "journal", secrets.token_hex(10)) as journal:
        await asyncio.gather(*(journal.append(encode(fact)) for fact in facts))


@contextmanager
def counting(folder: Path, facts: list[VisitorFact]) -> Iterator[StatsWriter]:
    """A folder in which these facts were applied."""
    (folder / "journal").mkdir(parents=True)
    create_config(folder)
    create_stats(folder)
    asyncio.run(_journaled(folder, facts))
    with closing(FolderJournals(folder / "journal")) as journals, open_stats_writer(folder) as stats:
        applier = Applier(journals, stats, lambda _: ZONES)
        while applier.apply_round():
            pass
        yield stats


def figures(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every sum, without rows of zeros, and every visit without its number."""
    with closing(sqlite3.connect(folder / "stats.db")) as stats:
        return {
            what: sorted(stats.execute(statement).fetchall())
            for what, statement in {
                "days": """select site, dimension, day,
                    coalesce((select value from string where id = r.value), ''),
                    pageviews, visits, visitors, bounces, engaged_ms, events from rollup_day as r
                    where pageviews + visits + visitors + events != 0""",
                "hours": """select * from rollup_hour where pageviews + visits + visitors + events != 0""",
                "visits": """select day, began_at, lasted_ms, pageviews, events, engaged_ms
                    from counted_visit""",
            }.items()
        }


def order(folder: Path, stats: StatsWriter, kind: TaskKind, **more: object) -> dict[str, object]:
    """Gives an order and has it carried out; its answer."""
    with open_config(folder) as config:
        asked = {"site": 1, "first": FIRST.isoformat(), "last": LAST.isoformat(), **more}
        number = config.tasks.place(kind, asked, by="me", at=NOON)
        recounting = Reclassification(
            stats, stats.quarantine(), stats.verification(), lambda _: ZONES, cap=1_000
        )
        care = Maintenance(
            *(stats.verification(), config.tasks, recounting, removal_of(config, stats)),
            rollups=stats.rollups,
            clock=lambda: NOON,
            retention=None,
        )
        while care.step():
            pass
        found = config.tasks.find(number)
    assert found is not None
    assert found.state is TaskState.DONE, found.answer
    return dict(found.answer)


def wrong(stats: StatsWriter) -> list[object]:
    truth = stats.verification()
    return [one for day in truth.days(1) for one in truth.differences(1, day)]


@pytest.mark.parametrize("closed", [False, True])
def test_suspects_that_were_people_are_counted_as_if_they_had_never_been_suspected(
    tmp_path: Path, closed: bool
) -> None:
    with counting(tmp_path / "told", three_days("")):
        pass
    with counting(tmp_path / "mistaken", three_days("bot")) as stats:
        assert figures(tmp_path / "mistaken") != figures(tmp_path / "told")
        with open_drops(tmp_path / "mistaken") as drops:
            views = sum(one.facts for one in drops.families(1, FIRST))
            extent = drops.count(Selection(1, FIRST, LAST, reason="bot"))
            assert {(one.reason, one.family) for one in drops.families(1, FIRST)} == {("bot", FAMILY)}
            assert len(drops.samples(1)) == 100
        if closed:
            # The day is long past: what late facts would have needed is gone.
            stats.forget(int((NOON + timedelta(days=9)).timestamp() * 1000), LAST + timedelta(days=9))
        answer = order(tmp_path / "mistaken", stats, TaskKind.ACCEPT, reason="bot")
        assert answer == asdict(extent)
        assert (extent.views, extent.days) == (views, 3)
        assert figures(tmp_path / "mistaken") == figures(tmp_path / "told")
        assert wrong(stats) == []
        with open_drops(tmp_path / "mistaken") as drops:
            assert drops.families(1, FIRST) == []
            assert drops.by_day(1, FIRST) == []


def test_visits_of_a_family_can_be_suspected_and_counted_again(tmp_path: Path) -> None:
    others = [fact for fact in three_days("bot") if not fact.drop]
    with counting(tmp_path / "others", others):
        pass
    with counting(tmp_path / "all", three_days("")) as stats:
        before = figures(tmp_path / "all")
        taken = order(tmp_path / "all", stats, TaskKind.REJECT, family=FAMILY)
        assert figures(tmp_path / "all") == figures(tmp_path / "others")
        assert wrong(stats) == []
        assert order(tmp_path / "all", stats, TaskKind.ACCEPT, family=FAMILY) == taken
        assert figures(tmp_path / "all") == before
        assert wrong(stats) == []


def test_only_the_days_and_the_reason_that_were_named_are_counted(tmp_path: Path) -> None:
    with counting(tmp_path / "x", three_days("spam-referrer")) as stats:
        before = figures(tmp_path / "x")
        assert order(tmp_path / "x", stats, TaskKind.ACCEPT, reason="bot")["visits"] == 0
        assert figures(tmp_path / "x") == before
        some = order(tmp_path / "x", stats, TaskKind.ACCEPT, last=FIRST.isoformat())
        with open_drops(tmp_path / "x") as drops:
            assert some["days"] == 1
            assert {one.day for one in drops.families(1, FIRST)} == {FIRST + timedelta(days=1), LAST}


def test_marked_visits_go_thirty_days_after_their_mark_was_last_set(tmp_path: Path) -> None:
    def families(folder: Path) -> set[date]:
        with open_drops(folder) as drops:
            return {one.day for one in drops.families(1, FIRST)}

    with counting(tmp_path / "x", three_days("bot")) as stats:
        recounting = Reclassification(
            stats, stats.quarantine(), stats.verification(), lambda _: ZONES, cap=1_000
        )
        middle = FIRST + timedelta(days=1)

        def forget(at: date) -> None:
            for _ in recounting.forget(lambda: datetime.combine(at, datetime.min.time(), UTC)):
                pass

        forget(FIRST + MARKED_RETENTION - timedelta(days=1))
        assert families(tmp_path / "x") == {FIRST, middle, LAST}
        before = figures(tmp_path / "x")
        forget(LAST + MARKED_RETENTION - timedelta(days=1))
        assert families(tmp_path / "x") == {LAST}
        assert figures(tmp_path / "x") == before
        with closing(sqlite3.connect(tmp_path / "x" / "stats.db")) as db:
            lost = db.execute("select count(*) from view where visit not in (select id from visit)")
            assert lost.fetchone() == (0,)


def test_visits_of_days_that_are_no_longer_kept_are_refused_with_the_day(tmp_path: Path) -> None:
    with counting(tmp_path / "x", three_days("")) as stats, open_config(tmp_path / "x") as config:
        stats.verification().prune(1, LAST)
        asked = {"site": 1, "first": FIRST.isoformat(), "last": LAST.isoformat(), "family": FAMILY}
        number = config.tasks.place(TaskKind.REJECT, asked, by="me", at=NOON)
        recounting = Reclassification(
            stats, stats.quarantine(), stats.verification(), lambda _: ZONES, cap=1_000
        )
        care = Maintenance(
            *(stats.verification(), config.tasks, recounting, removal_of(config, stats)),
            rollups=stats.rollups,
            clock=lambda: NOON,
            retention=None,
        )
        while care.step():
            pass
        found = config.tasks.find(number)
        assert found is not None
        assert found.state is TaskState.FAILED
        assert str(LAST) in str(found.answer["error"])
