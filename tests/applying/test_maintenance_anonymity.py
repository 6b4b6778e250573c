"""Once a day's facts are applied and its salt is gone, its visitors' ids become numbers that mean nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from analytics_service.domain.facts import VisitorFact
from analytics_service.domain.tasks import TaskKind
from analytics_service.storage.sqlite import anonymity
from tests.applying.process import NOON, Process, event, fresh, running, view

MIDNIGHT = 12 * 60
A_DAY = 24 * 60
VISITORS = range(10**15, 10**15 + 40)
TONIGHT, TOMORROW = 2 * 10**15, 3 * 10**15
LATER = NOON + timedelta(days=10)
VISITORS_BY_DAY = """
    select w.day, count(distinct coalesce(w.visitor, v.visitor)), count(distinct v.id)
    from view as w join visit as v on v.id = w.visit group by 1 order by 1
"""


def some_days() -> list[VisitorFact]:
    """Readers of three days, of whom one reads over midnight, and one has the same id on two days."""
    facts: list[VisitorFact] = [
        view(visitor, minute, page)
        for day in range(3)
        for visitor in VISITORS
        for minute, page in ((day * A_DAY + visitor % 7, "/"), (day * A_DAY + visitor % 7 + 5, "/2"))
        if visitor % 3 != day
    ]
    facts += [view(TONIGHT, MIDNIGHT - 10), view(TOMORROW, MIDNIGHT + 10, previous_id=TONIGHT)]
    facts += [view(TOMORROW, A_DAY + 3, "/again"), event(TOMORROW, A_DAY + 4, "click")]
    facts += [view(VISITORS[0], MIDNIGHT - 1), view(VISITORS[0], MIDNIGHT + 1)]
    return sorted(facts, key=lambda fact: fact.at)


def forget_all(it: Process) -> int:
    """Forgets until nothing is left to forget; returns how often that took."""
    times = 1
    while it.applier.forget(lambda: it.at):
        times += 1
    return times


def stored_ids(it: Process) -> set[object]:
    """Every visitor's id in any table."""
    return {
        row[0]
        for table in ("visit", "view", "visitor_day", "visitor_visit")
        for row in it.rows(f"select visitor from {table} where visitor is not null")
    }


def files_with(it: Process, visitors: range | tuple[int, ...]) -> list[str]:
    """Names of the database's files in which one of these ids stands, as SQLite writes numbers."""
    marks = [visitor.to_bytes(8, "big", signed=True)[-7:] for visitor in visitors]
    files = [file for file in it.folder.iterdir() if file.name.startswith("stats.db")]
    return [file.name for file in files if any(mark in file.read_bytes() for mark in marks)]


def test_nothing_ties_two_days_of_a_person_but_a_visit_over_midnight(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data"), LATER) as it:
        it.apply(*some_days())
        before, sums = it.rows(VISITORS_BY_DAY), it.sums()
        assert stored_ids(it) >= {*VISITORS, TONIGHT, TOMORROW}
        assert files_with(it, VISITORS)
        it.apply(view(1, 9 * A_DAY))
        it.applier.make_durable()
        forget_all(it)
        assert stored_ids(it).isdisjoint({*VISITORS, TONIGHT, TOMORROW})
        assert it.rows(VISITORS_BY_DAY)[:3] == before
        assert it.wrong() == []
        assert it.sums()[:3] == (sums[0] + 1, sums[1] + 1, sums[2] + 1)  # type: ignore[operator]
        # Of the same id on two days no number is left in common; of one visit its two days are.
        days = it.rows("select day, visitor from visit where day < (select max(day) from visit)")
        assert len({visitor for _, visitor in days}) == len(set(days))
        assert files_with(it, (*VISITORS, TONIGHT, TOMORROW)) == []
        assert it.rows("select distinct key from anonymous_day") == [(b"",)]


def test_ids_stay_while_facts_of_their_day_may_still_come(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data"), LATER) as it:
        it.apply(*some_days())
        forget_all(it)
        assert stored_ids(it) >= {*VISITORS, TONIGHT, TOMORROW}


@pytest.mark.parametrize("rows", [1, 7])
def test_a_process_that_ends_in_the_midst_is_followed_by_one_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(anonymity, "ROWS_OF_A_STEP", rows)
    folder = fresh(tmp_path / "data")
    with running(folder, LATER) as it:
        it.apply(*some_days(), view(1, 9 * A_DAY))
        before = it.rows(VISITORS_BY_DAY)
        assert it.applier.forget(lambda: it.at)
    for _ in range(1_000):
        with running(folder, LATER) as it:
            if not it.applier.forget(lambda: it.at):
                break
    with running(folder, LATER) as it:
        assert stored_ids(it) - {1}
        assert stored_ids(it).isdisjoint({*VISITORS, TONIGHT, TOMORROW})
        assert it.rows(VISITORS_BY_DAY) == before
        assert it.wrong() == []


def test_visits_of_such_a_day_can_be_rejected_and_given_back(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data"), LATER) as it:
        it.apply(*some_days(), view(1, 9 * A_DAY))
        right = it.sums()
        forget_all(it)
        it.order(TaskKind.REJECT, family="")
        assert it.wrong() == []
        it.order(TaskKind.ACCEPT)
        forget_all(it)
        assert it.sums() == right
        assert it.wrong() == []
