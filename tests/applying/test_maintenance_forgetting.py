"""What late facts need is forgotten by the time of facts: a backlog is counted as if it had been live."""

from collections.abc import Iterable
from datetime import timedelta
from operator import attrgetter
from pathlib import Path

import msgspec
import pytest

from analytics_service.domain.facts import VisitorFact
from analytics_service.domain.tasks import TaskKind
from tests.applying.process import NOON, Process, engaged, fresh, journaled, running, view

VISITORS = 1_500
RIGHT = (2 * VISITORS, VISITORS, VISITORS, 0, VISITORS * 60_000)
LATER = timedelta(minutes=5)


def looks(visitors: Iterable[int]) -> list[VisitorFact]:
    """Each visitor's view, the same sent again, engagement, and a second page five minutes later."""
    facts: list[VisitorFact] = []
    for visitor in visitors:
        first = view(visitor, visitor / 50)
        again = view(visitor, visitor / 50 + 2, id=first.id)
        facts += [first, again, engaged(first, 60_000), view(visitor, visitor / 50 + 5, "/next")]
    return sorted(facts, key=attrgetter("at"))


def work_off(it: Process) -> None:
    """Applies what waits; whatever can be forgotten is, after each round."""
    while it.applier.apply_round():
        it.applier.forget(lambda: it.at)


@pytest.mark.parametrize("behind", [timedelta(hours=12), timedelta(days=2), timedelta(days=5)])
def test_a_backlog_is_counted_as_if_it_had_been_live(tmp_path: Path, behind: timedelta) -> None:
    folder = fresh(tmp_path / "data")
    journaled(folder, looks(range(VISITORS)))
    with running(folder, NOON + behind) as it:
        work_off(it)
        assert it.sums() == RIGHT
        assert it.wrong() == []


def test_of_two_journals_the_one_that_is_behind_decides(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "data")
    facts = looks(range(VISITORS))
    journaled(folder, facts[: len(facts) // 2])
    with running(folder, NOON + timedelta(days=5)) as it:
        work_off(it)
        # One worker goes on days later, and what the other had written comes only now.
        days_later = [view(9_999, 5 * 24 * 60, site=2)]
        journaled(folder, facts[len(facts) // 2 :])
        journaled(folder, days_later)
        names = it.applier._journals.names()
        newest = next(
            name for name in names if it.applier._merger.first_waiting_at(name, 0) == days_later[0].at
        )
        it.applier._journals.names = lambda: [newest]  # type: ignore[method-assign]
        assert it.applier.apply_round() == 1
        it.applier._journals.names = lambda: names  # type: ignore[method-assign]
        it.applier.forget(lambda: it.at)
        work_off(it)
        assert it.sums() == RIGHT


def test_ids_go_once_nothing_waits_and_newer_facts_were_applied(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data"), NOON + timedelta(days=5)) as it:
        it.apply(view(1))
        it.applier.forget(lambda: it.at)
        assert it.rows("select count(*) from seen_id") == [(1,)]
        it.apply(view(2, 5 * 24 * 60))
        it.applier.forget(lambda: it.at)
        assert it.rows("select (select count(*) from seen_id), (select count(*) from visitor_day)") == [
            (1, 1)
        ]


def test_a_fact_of_the_future_makes_nothing_older_than_the_clock_does(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data"), NOON) as it:
        it.apply(view(1), view(2, 365 * 24 * 60))
        it.applier.forget(lambda: it.at)
        assert it.rows("select count(*) from seen_id") == [(2,)]


def test_an_order_that_was_cut_off_finds_the_ids_of_its_facts_again(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "data")
    views = [view(n, n / 50, drop="bot", family="Robo") for n in range(2_000)]
    told = [engaged(one, 30_000, LATER) for one in views]
    later = NOON + timedelta(days=10)
    with running(folder, later) as it:
        it.apply(*(view(one.visitor_id, at=one.at, id=one.id, drop="bot", family="Robo") for one in views))
        it.apply(*(_suspected(one) for one in told), view(9_999, 10 * 24 * 60, site=2))
        it.place(TaskKind.ACCEPT)
        it.care.step()
    with running(folder, later) as it:
        assert not it.care.may_forget()
        it.work()
        assert it.care.may_forget()
        assert it.sums() == (2_000, 2_000, 2_000, 0, 60_000_000)


def _suspected(told: VisitorFact) -> VisitorFact:
    return msgspec.structs.replace(told, drop="bot", family="Robo")
