"""Sites that were deleted, taken away for good once their grace is over."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from analytics_service.domain.audit import Entry, Event
from analytics_service.domain.tasks import Task, TaskKind
from analytics_service.errors import Unavailable
from analytics_service.ports.audit import AuditLog
from analytics_service.ports.clock import Clock
from analytics_service.ports.removals import FigureRemover, SiteRemovals
from analytics_service.ports.sites import SiteStore
from analytics_service.ports.tasks import TaskStore

RETRY_INTERVAL = timedelta(days=1)
"""How long a site whose removal failed waits for the next try."""


class Removal:
    """Finds the sites whose grace is over, and removes them in small steps, again where it was cut off."""

    def __init__(
        self,
        sites: SiteStore,
        removals: SiteRemovals,
        figures: FigureRemover,
        audit: AuditLog,
        *,
        reload_sites: Callable[[], None],
    ) -> None:
        self._sites = sites
        self._removals = removals
        self._figures = figures
        self._audit = audit
        self._reload_sites = reload_sites
        self._placed: dict[int, datetime] = {}

    def place_due(self, tasks: TaskStore, at: datetime) -> None:
        """Places a task for each site whose grace is over. Raises Unavailable."""
        for site in self._sites.deleted_sites():
            if site.deletion is None or at < site.deletion.ends_at:
                continue
            last = self._placed.get(site.number)
            if last is None or abs(at - last) >= RETRY_INTERVAL:
                tasks.place(TaskKind.REMOVE_SITE, {"site": site.number}, by="grace period", at=at)
                self._placed[site.number] = at

    def carry_out(self, task: Task, clock: Clock) -> Iterator[Mapping[str, object] | None]:
        """Yields None after each step, and the answer at the end. Raises Unavailable."""
        number = msgspec.convert(task.arguments.get("site"), int)
        if number not in self._removals.removed():
            self._begin(number, clock())
        # The applier must skip its facts before the first row goes.
        self._reload_sites()
        rows = 0
        while count := self._figures.remove_some(number):
            rows += count
            yield None
        self._removals.end(number)
        self._reload_sites()
        self._audit.add_entry(
            Entry(at=clock(), by="grace period", event=Event.SITE_REMOVED, subject=str(number), site=number)
        )
        yield {"rows": rows}

    def _begin(self, number: int, at: datetime) -> None:
        site = next((site for site in self._sites.deleted_sites() if site.number == number), None)
        if site is None or site.deletion is None:
            raise Unavailable(f"site {number} is not deleted: nothing is removed")
        if at < site.deletion.ends_at:
            raise Unavailable(
                f"{site.domain} can be restored until {site.deletion.ends_at:%Y-%m-%d %H:%M} UTC"
            )
        if not self._removals.begin(number, at):
            raise Unavailable(f"site {number} is not deleted: nothing is removed")
