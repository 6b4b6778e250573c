"""What the command line asks of a data folder in use, and of its applier."""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from analytics_service.cli.options import current_user
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.errors import Unavailable
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import open_tasks

CARRIED_OUT_WITHIN = 600.0


def _now() -> datetime:
    return datetime.now(UTC)


def carried_out(settings: Settings, kind: TaskKind, arguments: Mapping[str, object]) -> dict[str, object]:
    """Has the applier do it; where none runs, this process is one for as long as it takes."""
    from analytics_service.processes.applier import run_alone

    with open_tasks(settings.folder) as orders:
        number = orders.place(kind, arguments, by=current_user(), at=_now())
        deadline = time.monotonic() + CARRIED_OUT_WITHIN
        while time.monotonic() < deadline:
            order = orders.find(number)
            if order is not None and order.state is TaskState.DONE:
                return dict(order.answer)
            if order is not None and order.state is TaskState.FAILED:
                raise Unavailable(f"the {kind.value} failed: {order.answer.get('error')}")
            # Another applier works on the folder: it will carry out the order.
            with suppress(Unavailable):
                run_alone(settings, clock=_now, stay=False)
            time.sleep(0.1)
    raise Unavailable(f"order {number} still waits: does the applier run? see `analytics-service status`")
