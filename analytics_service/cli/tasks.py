"""Tasks that a command has the applier carry out."""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.options import current_user
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.errors import Unavailable
from analytics_service.settings import Settings

TASK_TIMEOUT = timedelta(minutes=10)
POLL_INTERVAL = timedelta(milliseconds=100)


def carry_out(settings: Settings, kind: TaskKind, arguments: Mapping[str, object]) -> dict[str, object]:
    """Has the applier carry out a task, and returns its answer; where none runs, this process is one.

    Raises Unavailable where the task failed, or did not end in time.
    """
    from analytics_service.processes.applier_process import run_alone

    with open_storage(settings.database).open_config() as stores:
        number = stores.tasks.place(kind, arguments, by=current_user(), at=read_clock())
        deadline = time.monotonic() + TASK_TIMEOUT.total_seconds()
        while time.monotonic() < deadline:
            task = stores.tasks.find(number)
            if task is not None and task.state is TaskState.DONE:
                return dict(task.answer)
            if task is not None and task.state is TaskState.FAILED:
                raise Unavailable(f"the {kind.value} failed: {task.answer.get('error')}")
            # Where another applier works on the folder, it carries out the task.
            with suppress(Unavailable):
                run_alone(settings, clock=read_clock, stay=False)
            time.sleep(POLL_INTERVAL.total_seconds())
    raise Unavailable(f"task {number} still waits: is the applier running? see `analytics-service status`")
