"""What fails within a write transaction ends the applier; what is refused before it fails the order."""

import os
from pathlib import Path
from threading import Event

import pytest

from analytics_service.domain.tasks import BEGUN_AT_MOST, TaskKind, TaskState
from analytics_service.errors import WriteFailed
from analytics_service.processes.applier_process import Process
from analytics_service.settings import Settings
from tests.applying.process import NOON, TODAY, event, fresh, running, view


def test_an_order_on_a_full_disk_ends_the_process_and_the_next_gives_every_page_its_own_number(
    tmp_path: Path,
) -> None:
    folder = fresh(tmp_path / "data")
    suspects = [view(n, page=f"/{'long' * 100}{n}", drop="bot", family="Robo") for n in range(1_500)]
    with running(folder) as it:
        it.apply(*suspects)
        pages = it.stats._db.execute("pragma page_count").fetchone()[0]
        it.stats._db.execute(f"pragma max_page_count = {pages}")
        it.place(TaskKind.ACCEPT)
        with pytest.raises(WriteFailed, match="full"):
            it.work()
        assert not it.stats._db.in_transaction
    with running(folder) as it:
        it.apply(view(1, page="/new"), view(2, page="/newer"), view(3, page=suspects[0].page))
        it.work()
        told = it.rows(
            "select (select value from string where id = r.value), pageviews "
            "from rollup_day as r where dimension = 1"
        )
        assert len(told) == 1_502
        assert (suspects[0].page, 2) in told
        assert it.wrong() == []


def test_numbers_that_no_name_has_are_told_as_differences(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(view(1, page="/a"), event(1, 1, "buy", page="/b"))
        for statement in (
            "update view set page = 900",
            "update view set name = 901 where name != (select id from string where value = '')",
            "update visit set entry_page = 997, exit_page = 996, hostname = 995",
            "update visit set acquisition = 994, location = 993, technology = 992",
            "update rollup_day set value = value + 900 where dimension not in (0, 1, 22)",
        ):
            it.stats._db.execute(statement)
        found = it.stats.verification().differences(1, TODAY)
        assert {one.of for one in found} >= {"page", "event"}
        it.stats.verification().repair(1, TODAY)
        assert it.wrong() == []


def test_an_order_that_never_ends_is_given_up_with_its_reason(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "data")
    with running(folder) as it:
        it.apply(*(view(n, page=f"/{'long' * 100}{n}", drop="bot") for n in range(1_500)))
        number = it.place(TaskKind.ACCEPT)
        before = it.sums()
    for _ in range(BEGUN_AT_MOST):
        with running(folder) as it:
            assert it.found(number).state is TaskState.WAITING
            pages = it.stats._db.execute("pragma page_count").fetchone()[0]
            it.stats._db.execute(f"pragma max_page_count = {pages}")
            with pytest.raises(WriteFailed):
                it.work()
    with running(folder) as it:
        it.work()
        order = it.found(number)
        assert (order.state, order.begun) == (TaskState.FAILED, BEGUN_AT_MOST)
        assert order.answer == {
            "error": "it was begun 5 times and never ended: stats.db: database or disk is full"
        }
        # What its steps had done until then stays, whole.
        assert before[0] <= it.sums()[0] < 1_500  # type: ignore[operator]
        assert it.wrong() == []


def test_an_order_that_cannot_be_read_fails_with_its_reason(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        order = it.order(TaskKind.ACCEPT, first="yesterday")
        assert order.state is TaskState.FAILED
        assert "first" in str(order.answer["error"])


def test_an_applier_whose_supervisor_was_killed_ends_without_a_traceback(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        Process(Settings(data=str(tmp_path)), lambda: NOON, Event(), heartbeats=writes).heartbeat()
    finally:
        os.close(writes)
