"""A forged record of visitors online is taken back by a task, as often as it is asked for."""

from pathlib import Path

import pytest

from analytics_service.domain.facts import Online
from analytics_service.domain.tasks import TaskKind, TaskState
from tests.applying.process import NOON, Process, fresh, running, view

AT_MS = int(NOON.timestamp() * 1000)
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


def forged(it: Process, count: int, *, minute: float) -> None:
    """So many visitors of one browser, and the record that they make beside three true ones."""
    it.apply(*(view(1_000 + who, minute, browser="Forged") for who in range(count)))
    it.apply(Online(site=1, at=AT_MS + int((minute + 1) * MINUTE_MS), online=count + 3))


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


def peak(it: Process) -> list[tuple[object, ...]]:
    return it.rows("select online, at from peak where site = 1")


def test_rejected_visits_take_back_the_record_that_they_made_and_accepted_ones_give_it_back(
    tmp_path: Path,
) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(Online(site=1, at=AT_MS, online=40))
        forged(it, 60, minute=30)
        record = (63, AT_MS + 31 * MINUTE_MS)
        assert peak(it) == [record]
        for _ in range(2):
            assert it.order(TaskKind.REJECT, family="Forged").state is TaskState.DONE
            assert peak(it) == [(40, AT_MS)]
            assert it.rows("select online from online_peak order by begins") == [(40,), (3,)]
            assert it.order(TaskKind.ACCEPT, family="Forged").state is TaskState.DONE
            assert peak(it) == [record]


def test_visits_of_other_times_have_no_part_in_a_record(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        # Five minutes after its last sign of life nobody is online.
        it.apply(
            *(view(who, minute, browser="Forged") for who, minute in enumerate((24, 26, 30.9, 31, 31.1)))
        )
        it.apply(Online(site=1, at=AT_MS + 31 * MINUTE_MS, online=5))
        assert it.order(TaskKind.REJECT, family="Forged").state is TaskState.DONE
        assert peak(it) == [(3, AT_MS + 31 * MINUTE_MS)]


def test_a_record_older_than_all_that_are_kept_stays(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(Online(site=1, at=AT_MS - 400 * 24 * HOUR_MS, online=50))
        it.stats._db.execute("delete from online_peak")
        forged(it, 9, minute=1)
        it.order(TaskKind.REJECT, family="Forged")
        assert peak(it) == [(50, AT_MS - 400 * 24 * HOUR_MS)]
