"""Tasks for the applier: the contract of the port TaskStore, also on one that is no database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.ports.storage import Storage
from analytics_service.ports.tasks import TaskStore
from tests.contracts.conftest import STORAGES
from tests.contracts.memory_tasks import MemoryTasks

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
ARGUMENTS = {"site": 1, "first": "2026-11-01", "family": "Robô", "all": None}

Opener = Callable[[Path], AbstractContextManager[TaskStore]]


@contextmanager
def stored(open_storage: Callable[[Path], Storage], folder: Path) -> Iterator[TaskStore]:
    storage = open_storage(folder)
    storage.databases.provision()
    with storage.open_config() as config:
        yield config.tasks


IMPLEMENTATIONS: dict[str, Opener] = {
    **{name: partial(stored, opened) for name, opened in STORAGES.items()},
    "memory": lambda _folder: nullcontext(MemoryTasks()),
}


@pytest.fixture(params=IMPLEMENTATIONS)
def tasks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TaskStore]:
    with IMPLEMENTATIONS[request.param](tmp_path) as opened:
        yield opened


def test_a_task_is_found_as_it_was_placed(tasks: TaskStore) -> None:
    number = tasks.place(TaskKind.ACCEPT, ARGUMENTS, by="me", at=AT)
    found = tasks.find(number)
    assert found is not None
    assert (found.id, found.kind, found.state) == (number, TaskKind.ACCEPT, TaskState.WAITING)
    assert (found.arguments, found.answer, found.begun) == (ARGUMENTS, {}, 0)
    assert tasks.find(number + 1) is None


def test_the_oldest_that_waits_is_next(tasks: TaskStore) -> None:
    assert tasks.next() is None
    first, second = (tasks.place(TaskKind.REPAIR, {}, by="me", at=AT) for _ in range(2))
    assert first < second
    assert tasks.next() == tasks.find(first)
    tasks.end(first, TaskState.DONE, {"days": 3}, at=AT)
    assert tasks.next() == tasks.find(second)
    tasks.end(second, TaskState.FAILED, {"error": "no"}, at=AT)
    assert tasks.next() is None


def test_a_task_that_is_begun_waits_until_it_has_ended(tasks: TaskStore) -> None:
    number = tasks.place(TaskKind.REJECT, ARGUMENTS, by="me", at=AT)
    for _ in range(2):
        tasks.begin(number)
    tasks.note(number, {"error": "the disk is full"})
    found = tasks.next()
    assert found is not None
    assert (found.id, found.begun, found.state) == (number, 2, TaskState.WAITING)
    assert found.answer == {"error": "the disk is full"}


def test_the_end_of_a_task_is_kept_with_its_answer(tasks: TaskStore) -> None:
    number = tasks.place(TaskKind.REPAIR, ARGUMENTS, by="me", at=AT)
    tasks.end(number, TaskState.DONE, {"days": 3, "first": [{"day": "2026-11-01"}]}, at=AT)
    found = tasks.find(number)
    assert found is not None
    assert (found.state, found.arguments) == (TaskState.DONE, ARGUMENTS)
    assert found.answer == {"days": 3, "first": [{"day": "2026-11-01"}]}


def test_only_what_ended_long_ago_is_deleted_and_no_number_comes_again(tasks: TaskStore) -> None:
    ended, waiting = (tasks.place(TaskKind.REPAIR, {}, by="me", at=AT) for _ in range(2))
    tasks.end(ended, TaskState.DONE, {}, at=AT)
    tasks.place(TaskKind.REPAIR, {}, by="me", at=AT + timedelta(days=29))
    assert tasks.find(ended) is not None
    last = tasks.place(TaskKind.REPAIR, {}, by="me", at=AT + timedelta(days=31))
    assert tasks.find(ended) is None
    assert tasks.find(waiting) is not None
    assert last > waiting > ended
