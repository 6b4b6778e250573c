"""A forged record of visitors online is taken back by a task, as often as it is asked for."""

from pathlib import Path

import pytest

from analytics_service.domain.facts import Online
from analytics_service.domain.tasks import TaskKind, TaskState
from tests.applying.process import NOON, fresh, running

AT_MS = int(NOON.timestamp() * 1000)
HOUR_MS = 3_600_000


def test_a_forged_record_is_taken_back_and_the_true_one_is_back(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(Online(site=1, at=AT_MS, online=40), Online(site=1, at=AT_MS + HOUR_MS, online=3_179))
        for _ in range(2):
            task = it.order(TaskKind.RESET_PEAK, since_ms=AT_MS + HOUR_MS)
            assert (task.state, task.answer) == (TaskState.DONE, {"peak": 40})
        assert it.rows("select online, at from peak where site = 1") == [(40, AT_MS)]
        assert it.order(TaskKind.RESET_PEAK, since_ms=0).answer == {"peak": 0}


@pytest.mark.parametrize("since", [None, "noon"])
def test_a_task_that_names_no_instant_fails_and_changes_nothing(tmp_path: Path, since: object) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(Online(site=1, at=AT_MS, online=40))
        assert it.order(TaskKind.RESET_PEAK, since_ms=since).state is TaskState.FAILED
        assert it.rows("select online from peak") == [(40,)]
