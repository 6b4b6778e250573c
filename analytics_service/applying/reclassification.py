"""What an owner says of suspected and of counted visits, carried out in steps."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from analytics_service.applying.attributes import HostsOf, describing, no_hosts
from analytics_service.domain.facts import Engagement
from analytics_service.domain.periods import moment
from analytics_service.domain.quarantine import MARKED_RETENTION, Selection
from analytics_service.domain.rollups import ZonesOf, fold
from analytics_service.domain.tasks import Task, TaskKind
from analytics_service.errors import Unavailable
from analytics_service.ports.clock import Clock
from analytics_service.ports.quarantine import Cursor, OldSuspects, QuarantineStore
from analytics_service.ports.stats import StatsStore
from analytics_service.ports.verification import VerificationStore


class Reclassification:
    """Sets the marks of visits, and with them what is counted."""

    def __init__(
        self,
        stats: StatsStore,
        quarantine: QuarantineStore,
        verification: VerificationStore,
        zones_of: ZonesOf,
        *,
        hosts_of: HostsOf = no_hosts,
        cap: int,
    ) -> None:
        self._stats = stats
        self._quarantine = quarantine
        self._verification = verification
        self._zones_of = zones_of
        self._attributes_of = describing(hosts_of)
        self._cap = cap

    def carry_out(self, task: Task, clock: Clock) -> Iterator[Mapping[str, object] | None]:
        """Yields None after each step, and the answer at the end. Raises Unavailable."""
        selection = Selection.of_task(task.arguments, marked=task.kind is TaskKind.ACCEPT)
        today = clock().date()
        if not selection.marked and selection.first < (kept := self._verification.first_kept()):
            raise Unavailable(f"the visits of {selection.first} are no longer kept; those since {kept} are")
        visits = views = days = 0
        for day in selection.days():
            before = visits + views
            cursor: Cursor | None = Cursor()
            while cursor is not None:
                step = self._quarantine.mark_some(selection, day, cursor, cap=self._cap, on=today)
                visits, views, cursor = visits + step.visits, views + step.views, step.cursor
                yield None
                while step.closed and not self._quarantine.open_some(selection.site, step.closed):
                    yield None
            days += visits + views > before
        yield {"visits": visits, "views": views, "days": days}

    def old_suspects(self) -> OldSuspects | None:
        """Returns some of what release 0.1.0 kept apart; None where nothing of it is left."""
        return self._quarantine.old_suspects()

    def fold_old_suspects(self, old: OldSuspects) -> Iterator[None]:
        """Folds what release 0.1.0 kept apart into marked visits, some facts a step."""
        found: OldSuspects | None = old
        while found is not None:
            facts = sorted(found.facts, key=lambda fact: fact.at)
            batch = self._stats.load(facts, self._cap, lambda fact: self._day(fact.site, fact.at))
            # Real visits that were taken out are among them: none is left out.
            batch.suspected_limit = 2**62
            fold(batch, facts, self._zones_of, self._attributes_of)
            # They were counted as dropped when they came, engagement too, which is no longer.
            batch.samples.clear()
            batch.drops = Counter()
            for fact in facts:
                if isinstance(fact, Engagement):
                    batch.drops[fact.site, found.day, fact.drop] -= 1
            self._quarantine.save_old_suspects(batch, found)
            yield
            found = self._quarantine.old_suspects()

    def _day(self, site: int, at: int) -> date:
        return moment(at, self._zones_of(site)).day

    def forget(self, clock: Clock) -> Iterator[None]:
        """Deletes visits whose marks were set long enough ago, some a step."""
        before = clock().date() - MARKED_RETENTION + timedelta(days=1)
        while self._quarantine.forget_some(before):
            yield
