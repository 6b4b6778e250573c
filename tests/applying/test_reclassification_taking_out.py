"""Visits that are taken out of the figures and come back: each time the same, and nobody else's."""

import random
import time
from datetime import timedelta
from functools import partialmethod
from pathlib import Path

import pytest

from analytics_service.domain.batch import Batch
from analytics_service.domain.facts import VisitorFact
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.storage.sqlite.drops import open_drops
from tests.applying.process import NOON, TODAY, engaged, event, fresh, running, view

PEOPLE, ROBOTS = TaskKind.ACCEPT, TaskKind.REJECT


def test_engagement_with_a_page_that_was_taken_out_reaches_no_other_visit(tmp_path: Path) -> None:
    robot = view(1, browser="Robo")
    with running(fresh(tmp_path / "data")) as it:
        it.apply(robot)
        it.order(ROBOTS, family="Robo")
        it.apply(view(2, site=2))
        it.apply(engaged(robot, 60_000))
        assert it.sums(2) == (1, 1, 1, 1, 0)
        assert it.sums(1) == (0, 0, 0, 0, 0)


def test_visits_taken_out_and_given_back_three_times_are_the_same_visits(tmp_path: Path) -> None:
    views = [view(n % 10, n * 7, page=f"/{n % 4}", browser="Chrome") for n in range(50)]
    with running(fresh(tmp_path / "data")) as it:
        it.apply(*views, *(engaged(one, 1_000) for one in views))
        whole = it.sums()
        assert whole[0] == 50
        for _ in range(3):
            it.order(ROBOTS, family="Chrome")
            assert it.sums() == (0, 0, 0, 0, 0)
            assert it.wrong() == []
            it.order(PEOPLE)
            assert it.sums() == whole
            assert it.wrong() == []


def test_of_two_families_taken_out_one_after_the_other_both_are_kept(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        for family in ("RoboA", "RoboB"):
            it.apply(*(view(n, browser=family) for n in range(30)))
            it.order(ROBOTS, family=family)
        with open_drops(it.folder) as drops:
            kept = sorted((one.family, one.reason, one.facts) for one in drops.families(1, TODAY))
        assert kept == [("RoboA", "rejected", 30), ("RoboB", "rejected", 30)]
        assert it.order(PEOPLE, family="RoboB").answer["visits"] == 30
        assert it.sums() == (30, 30, 30, 30, 0)
        assert it.wrong() == []


def test_a_number_of_a_visit_is_not_given_again_when_the_newest_is_pruned(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(view(1), view(2))
        it.stats.verification().prune(1, TODAY.replace(day=30))
        it.stats.verification().prune(1, TODAY.replace(day=30))
        assert it.rows("select count(*) from visit") == [(0,)]
    with running(it.folder) as it:
        it.apply(view(3))
        assert it.rows("select id > 2 from visit") == [(1,)]


def mixed(count: int = 400) -> list[VisitorFact]:
    """What 30 visitors did over three days, each with either browser; some go on over midnight."""
    chance = random.Random(11)
    facts: list[VisitorFact] = []
    for _ in range(count):
        who, minute = chance.randrange(30), chance.randrange(3 * 24 * 60)
        browser = chance.choice(["Robo", "Firefox"])
        if chance.random() < 0.2:
            facts.append(event(who, minute, "buy", f"/{who % 7}", browser=browser))
        else:
            facts.append(view(who, minute, f"/{who % 7}", browser=browser))
        facts.append(view(who, minute + 25, browser="Robo", page="/next"))
        facts.append(engaged(facts[-1], chance.randrange(20_000)))
    return facts


@pytest.mark.parametrize("closed", [False, True])
def test_sums_are_right_after_each_step_also_for_who_came_with_both_browsers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    monkeypatch.setattr("analytics_service.storage.sqlite.quarantine.VISITS_A_STEP", 7)
    folder = fresh(tmp_path / "data")
    days = {"last": (TODAY + timedelta(days=4)).isoformat()}
    with running(folder) as it:
        it.apply(*mixed())
        whole = it.sums()
        if closed:
            it.stats.forget(int((NOON + timedelta(days=9)).timestamp() * 1000), TODAY + timedelta(days=9))
        it.place(ROBOTS, family="Robo", **days)
        for _ in range(10):
            it.care.step()
            assert it.wrong() == []
    # The process is killed between two steps, and another goes on.
    with running(folder) as it:
        it.work()
        assert it.wrong() == []
        assert 0 < it.sums()[0] < whole[0]  # type: ignore[operator]
        assert it.rows(
            "select count(*) from rollup_day where pageviews + visits + visitors + events = 0"
        ) == [(0,)]
        assert it.order(PEOPLE, family="Robo", **days).answer["visits"] != 0
        assert it.sums() == whole
        assert it.wrong() == []


def test_nothing_is_taken_out_that_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_suspects(monkeypatch, 20)
    with running(fresh(tmp_path / "data")) as it:
        it.apply(*(view(n, browser="Chrome") for n in range(50)))
        assert it.order(ROBOTS, family="Chrome").answer["visits"] == 50
        assert it.order(PEOPLE).answer["visits"] == 50
        assert it.sums() == (50, 50, 50, 50, 0)


def test_of_a_flood_of_suspects_what_is_over_the_limit_is_a_number_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_suspects(monkeypatch, 20)
    folder = fresh(tmp_path / "data")
    for first in (0, 15, 30):
        with running(folder) as it:
            it.apply(*(view(n, drop="bot", family="Robo", site=n % 2 + 1) for n in range(first, first + 60)))
    with running(folder) as it:
        assert it.rows("select count(*) from visit where mark = 'bot' group by site") == [(20,), (20,)]
        assert it.rows("select sum(count) from drop_day") == [(180,)]
        assert it.order(PEOPLE).answer == {"visits": 20, "views": 20, "days": 1}
        assert it.rows("select site, count from drop_day") == [(1, 70), (2, 90)]
        assert it.sums() == (20, 20, 20, 20, 0)


def limit_suspects(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    made = Batch.__init__
    monkeypatch.setattr(Batch, "__init__", partialmethod(made, suspected_limit=limit))


def test_fifty_thousand_visits_are_taken_out_in_short_steps(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(*(view(n, n % 60, page=f"/{n % 50}", browser="Chrome") for n in range(50_000)))
        number = it.place(ROBOTS, family="Chrome")
        steps: list[float] = []
        while it.found(number).state is TaskState.WAITING:
            began = time.process_time()
            it.care.step()
            steps.append(time.process_time() - began)
        print(f"{len(steps)} steps, the longest {max(steps):.2f} s, all {sum(steps):.1f} s")
        assert it.found(number).answer["visits"] == 50_000
        assert it.sums() == (0, 0, 0, 0, 0)
        assert len(steps) >= 50
        # An applier that is silent for 60 s is taken for hung.
        assert max(steps) < 10
