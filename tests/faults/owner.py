"""An owner who says that visits were robots, then that they were people, and changes the site."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from analytics_service.administering.sites import SiteChanges, add_site, set_site
from analytics_service.domain.tasks import Task, TaskKind, TaskState
from analytics_service.errors import Unavailable
from analytics_service.ports.tasks import TaskStore
from analytics_service.storage.sqlite.config import open_config
from tests.faults.sizes import soak
from tests.patches import patched

TASK_LIMIT = timedelta(seconds=60)
SITES_LIMIT = soak(20, 200)
ZONES = ("Asia/Ho_Chi_Minh", "Pacific/Auckland", "America/St_Johns", "Etc/UTC")
# A task has more steps, with some time between them, so that kills meet them there.
IN_SMALL_STEPS = """
import time
from analytics_service.applying.reclassification import Reclassification
from analytics_service.ports.tasks import TaskStore
from analytics_service.storage.sqlite import quarantine

quarantine.VISITS_A_STEP = 10
carry_out = Reclassification.carry_out

def slowly(self, task, clock):
    for outcome in carry_out(self, task, clock):
        time.sleep(0.03)
        yield outcome

Reclassification.carry_out = slowly
"""


def in_small_steps(folder: Path) -> dict[str, str]:
    """The environment of a service whose tasks are carried out so."""
    return patched(folder, IN_SMALL_STEPS)


@dataclass
class Decisions:
    """What came of the tasks, and how often the site was changed."""

    ended: Counter[str] = field(default_factory=Counter)
    changes: int = 0


def underway(data: Path) -> bool:
    """Whether the applier has begun a task and not ended it."""
    try:
        with open_config(data) as config:
            task = config.tasks.next()
    except Unavailable:
        return False
    return task is not None and task.begun > 0


@contextmanager
def an_owner_who_wavers(data: Path, site: str) -> Iterator[Decisions]:
    """Places tasks and changes the site until the block ends."""
    stopped, decisions = threading.Event(), Decisions()
    threads = [
        threading.Thread(target=work, args=(data, site, decisions, stopped)) for work in (_decide, _change)
    ]
    for thread in threads:
        thread.start()
    try:
        yield decisions
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def _decide(data: Path, site: str, decisions: Decisions, stopped: threading.Event) -> None:
    for kind in cycle((TaskKind.REJECT, TaskKind.ACCEPT)):
        if stopped.is_set():
            return
        today = datetime.now(UTC).date()
        arguments = {"first": str(today - timedelta(days=1)), "last": str(today + timedelta(days=1))}
        with suppress(Unavailable), open_config(data) as config:
            number = next(one.number for one in config.sites.sites() if one.public_id == site)
            placed = config.tasks.place(kind, {"site": number, **arguments}, by="owner", at=datetime.now(UTC))
            decisions.ended[_end_of(config.tasks, placed).state.value] += 1


def _end_of(tasks: TaskStore, number: int) -> Task:
    deadline = time.monotonic() + TASK_LIMIT.total_seconds()
    while True:
        task = tasks.find(number)
        assert task is not None
        if task.state is not TaskState.WAITING or time.monotonic() > deadline:
            return task
        time.sleep(0.05)


def _change(data: Path, site: str, decisions: Decisions, stopped: threading.Event) -> None:
    """Changes zone and name again and again, and adds sites."""
    for number, zone in enumerate(cycle(ZONES)):
        if stopped.wait(0.1):
            return
        at = datetime.now(UTC)
        with suppress(Unavailable), open_config(data) as config:
            changes = SiteChanges(timezone=zone, name=f"Number {number}")
            set_site(config.sites, site, changes, at=at, by="owner")
            if number % 10 == 0 and number < 10 * SITES_LIMIT:
                name = f"n{number}.example.vn"
                add_site(config.sites, name, SiteChanges(), at=at, random=_random, by="owner")
            decisions.changes += 1


def _random(count: int) -> bytes:
    return time.time_ns().to_bytes(16, "big")[-count:].rjust(count, b"\0")
