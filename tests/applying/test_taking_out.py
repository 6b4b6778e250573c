"""Visits that are taken out of the figures and come back: each time the same, and nobody else's."""

from pathlib import Path

from analytics_service.domain.orders import OrderKind
from tests.applying.process import TODAY, engaged, fresh, running, view

PEOPLE, ROBOTS = OrderKind.COUNT_SUSPECTS, OrderKind.SUSPECT_VISITS


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
        kept = it.rows("select family, count(*) from suspect group by family order by family")
        assert kept == [("RoboA", 30), ("RoboB", 30)]
        assert it.order(PEOPLE, family="RoboB").answer["facts"] == 30
        assert it.sums() == (30, 30, 30, 30, 0)
        assert it.wrong() == []


def test_a_number_of_a_visit_is_not_given_again_when_the_newest_is_pruned(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(view(1), view(2))
        it.stats.truth().prune(TODAY.replace(day=30))
        it.stats.truth().prune(TODAY.replace(day=30))
        assert it.rows("select count(*) from visit") == [(0,)]
    with running(it.folder) as it:
        it.apply(view(3))
        assert it.rows("select id from visit") == [(3,)]
