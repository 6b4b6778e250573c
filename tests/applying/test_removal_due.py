"""A site's removal is asked for once its grace is over, and again each day until it is gone."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from analytics_service.applying.removal import Removal
from analytics_service.domain.site import Deletion
from analytics_service.domain.tasks import TaskKind
from tests.contracts.facts_of_a_day import NOON
from tests.domain.test_admission import SITE

ENDED = Deletion(NOON, "Ann")
OVER = ENDED.ends_at


class Tasks:
    """It notes what is asked for."""

    def __init__(self) -> None:
        self.placed: list[tuple[TaskKind, object, datetime]] = []

    def place(self, kind: TaskKind, arguments: dict[str, object], *, by: str, at: datetime) -> None:
        assert by == "grace period"
        self.placed.append((kind, arguments["site"], at))


def removal() -> tuple[Removal, Any]:
    deleted = [replace(SITE, number=3, deletion=ENDED), replace(SITE, number=4, deletion=None)]
    sites, other = cast(Any, SimpleNamespace(deleted_sites=lambda: deleted)), cast(Any, None)
    return Removal(sites, other, other, other, reload_sites=lambda: None), Tasks()


def test_it_is_asked_for_from_the_end_of_the_grace_on_once_a_day() -> None:
    care, tasks = removal()
    hour = timedelta(hours=1)
    care.place_due(tasks, OVER - timedelta(seconds=1))
    for hours in (0, 1, 23, 24, 25):
        care.place_due(tasks, OVER + hours * hour)
    assert tasks.placed == [(TaskKind.REMOVE_SITE, 3, at) for at in (OVER, OVER + 24 * hour)]


def test_a_clock_that_was_set_back_by_a_day_does_not_put_it_off() -> None:
    care, tasks = removal()
    care.place_due(tasks, OVER + timedelta(days=400))
    care.place_due(tasks, OVER)
    assert len(tasks.placed) == 2
