"""The same facts make the same figures, over however many journals, however late, wherever it was cut off."""

import asyncio
import random
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from analytics_service.domain.facts import VisitorFact, encode
from analytics_service.journal import open_journal
from tests.applying.process import Process, engaged, event, fresh, running, view
from tests.faults.sizes import soak

SHARES = {1: (1.0,), 2: (0.85, 0.15), 4: (0.7, 0.2, 0.08, 0.02)}
LATE = {
    "live": timedelta(),
    "12 hours": timedelta(hours=12),
    "3 days": timedelta(days=3),
    "9 days": timedelta(days=9),
}
VISITORS, DAYS = soak(40, 400), 3
SECOND = 1_000
VISITS = "select site, visitor, day, into_hour, began_at, lasted_ms, pageviews, events, engaged_ms from visit"
SUMS = "select * from rollup_hour"
DAILY = """select site, dimension, day, (select value from string where id = r.value), pageviews, visits,
    visitors, bounces, engaged_ms, events from rollup_day as r"""
DUPLICATES = "select site, day, reason, sum(count) from drop_day group by 1, 2, 3"


def story() -> list[VisitorFact]:
    """Views, events, engagement of them and what comes twice, of visitors who come and go for days."""
    chance = random.Random(5)
    facts: list[VisitorFact] = []
    for who in range(VISITORS):
        minute = chance.random() * 600
        while minute < DAYS * 24 * 60:
            name = f"{who}-{len(facts)}"
            page, site = f"/{chance.randrange(8)}", 1 + who % 2
            is_event = chance.random() < 0.2
            made = (
                event(who, minute, "buy", page, id=name, site=site)
                if is_event
                else view(who, minute, page, id=name, site=site)
            )
            facts.append(made)
            if chance.random() < 0.5 and not is_event:
                facts.append(
                    engaged(made, chance.randrange(40_000), timedelta(minutes=chance.randrange(1, 9)))
                )
            if chance.random() < 0.1:
                again = made.at + chance.randrange(1, 3_600) * SECOND
                facts.append(
                    type(made)(**{n: getattr(made, n) for n in made.__struct_fields__} | {"at": again})
                )
            minute += chance.choice([1, 7, 29, 29.9, 30.5, 45, 700])
    return sorted(facts, key=lambda fact: fact.at)


def spread(facts: Iterable[VisitorFact], journals: int) -> dict[str, list[VisitorFact]]:
    """The facts as workers of uneven size wrote them."""
    chance = random.Random(journals)
    names = [secrets.token_hex(10) for _ in range(journals)]
    written: dict[str, list[VisitorFact]] = {name: [] for name in names}
    for fact in facts:
        written[chance.choices(names, SHARES[journals])[0]].append(fact)
    return written


def journaled(folder: Path, written: dict[str, list[VisitorFact]]) -> None:
    """Writes each journal, in groups of what came within a second."""

    async def write() -> None:
        for name, facts in written.items():
            async with open_journal(folder / "journal", name) as journal:
                for _, group in groupby(facts, key=lambda fact: fact.at // SECOND):
                    await asyncio.gather(*(journal.append(encode(fact)) for fact in group))

    asyncio.run(write())


def figures(it: Process) -> dict[str, list[tuple[object, ...]]]:
    return {statement: sorted(it.rows(statement), key=str) for statement in (VISITS, SUMS, DAILY, DUPLICATES)}


@pytest.fixture(scope="module")
def facts() -> list[VisitorFact]:
    return story()


@pytest.fixture(scope="module")
def right(facts: list[VisitorFact], tmp_path_factory: pytest.TempPathFactory) -> object:
    """What is counted of facts that come one by one in the order of their time."""
    folder = fresh(tmp_path_factory.mktemp("right") / "data")
    journaled(folder, {secrets.token_hex(10): facts})
    with running(folder) as it:
        while it.applier.apply_round(250):
            pass
        assert it.wrong() == []
        return figures(it)


@pytest.mark.parametrize("journals", SHARES)
@pytest.mark.parametrize("late", LATE)
def test_figures_do_not_depend_on_journals_delay_or_restarts(
    tmp_path: Path, facts: list[VisitorFact], right: object, journals: int, late: str
) -> None:
    folder = fresh(tmp_path / "data")
    chance = random.Random(journals)
    # Live, what came until now is applied before more comes.
    cuts = sorted(chance.sample(range(1, len(facts)), 12)) if late == "live" else []
    for begin, end in pairwise([0, *cuts, len(facts)]):
        journaled(folder, spread(facts[begin:end], journals))
        at = datetime.fromtimestamp(facts[end - 1].at / SECOND, UTC) + LATE[late]
        applied = 1
        while applied:
            with running(folder, at) as it:
                for _ in range(chance.randrange(1, 6)):
                    applied = it.applier.apply_round(chance.choice([1, 100, 400]))
                    it.applier.forget(partial(at.astimezone))
                it.applier.make_durable()
    with running(folder, at) as it:
        assert figures(it) == right
        assert it.wrong() == []
