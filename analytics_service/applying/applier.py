"""From journals to figures: each fact exactly once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from analytics_service.applying.attributes import HostsOf, describing, no_hosts
from analytics_service.applying.journal_merger import MAX_DELAY, JournalMerger
from analytics_service.domain.facts import Fact
from analytics_service.domain.limits import ID_RETENTION
from analytics_service.domain.periods import moment
from analytics_service.domain.rollups import fold
from analytics_service.domain.site import ZoneSince
from analytics_service.ports.clock import Clock
from analytics_service.ports.journal import Journals
from analytics_service.ports.stats import StatsStore

DIMENSION_CAP = 10_000
SMALLEST_ROUND, LARGEST_ROUND = 1_000, 20_000
"""Facts. Large rounds cost less for each fact, but must end long before their process is taken for hung."""

ZonesOf = Callable[[int], tuple[ZoneSince, ...]]


class Applier:
    """The one reader of a machine's journals."""

    def __init__(
        self,
        journals: Journals,
        stats: StatsStore,
        zones_of: ZonesOf,
        *,
        hosts_of: HostsOf = no_hosts,
        is_removed: Callable[[int], bool] = lambda _site: False,
        dimension_cap: int = DIMENSION_CAP,
    ) -> None:
        self._journals = journals
        self._merger = JournalMerger(journals)
        self._stats = stats
        self._zones_of = zones_of
        self._attributes_of = describing(hosts_of)
        self._is_removed = is_removed
        self._dimension_cap = dimension_cap
        self._positions = stats.positions()
        self._durable: dict[str, int] = {}
        self._removed: set[str] = set()

    def apply_round(self, limit: int = SMALLEST_ROUND) -> int:
        """Applies about that much of what is waiting in one transaction; returns how many facts."""
        found = self._merger.read_round(limit, self._positions)
        if not found.positions:
            return 0
        # Of a site that is gone, facts that still wait would bring figures back.
        facts = [fact for fact in found.facts if not self._is_removed(fact.site)]
        batch = self._stats.load(facts, self._dimension_cap, self._day_of)
        fold(batch, facts, self._zones_of, self._attributes_of)
        self._stats.save(batch, found.positions, found.unreadable)
        self._positions.update(found.positions)
        self._merger.mark_applied(found)
        return len(found.facts)

    def _waiting_since(self) -> list[int]:
        """Returns the time of the first fact that waits, of each journal in which one does."""
        first = [
            self._merger.first_waiting_at(name, self._positions.get(name, 0))
            for name in self._journals.names()
        ]
        return [at for at in first if at is not None]

    def _day_of(self, fact: Fact) -> date:
        return moment(fact.at, self._zones_of(fact.site)).day

    def make_durable(self) -> None:
        """Checkpoints where anything was applied since, and removes journals whose worker is gone."""
        if self._positions != self._durable:
            self._durable.update(self._stats.checkpoint())
        for name in self._journals.names():
            if self._merger.is_damaged(name):
                continue
            applied = self._positions.get(name, 0)
            if self._durable.get(name, 0) == applied:
                self._journals.remove_if_left(name, applied)

    @property
    def is_durable(self) -> bool:
        """Whether all that was applied outlives a power cut; journals are kept until it does."""
        return self._positions == self._durable

    def forget(self, clock: Clock) -> bool:
        """Drops some ids that no fact to come can need, and positions of journals long removed.

        What is old is told by the facts, not by the clock: what waits is counted as if it had come at once.
        Returns whether more has to go, which further calls do.
        """
        times = [int(clock().timestamp() * 1000), self._stats.newest_at()]
        times += self._waiting_since()
        at = datetime.fromtimestamp(min(times) / 1000, UTC)
        before = at - ID_RETENTION
        first_open = (at - MAX_DELAY - timedelta(days=1)).date()
        if self._stats.forget(int(before.timestamp() * 1000), first_open):
            return True
        # A backup that has copied a journal needs its position in the stats.db that it copies next.
        removed = self._positions.keys() - set(self._journals.names())
        for name in removed & self._removed:
            self._stats.forget_journal(name)
            self._positions.pop(name)
            self._durable.pop(name, None)
        self._removed = removed
        return False


def zones_or_utc(zones: dict[int, tuple[ZoneSince, ...]]) -> ZonesOf:
    """Looks up a site's zones; what belongs to no site is dated in UTC."""
    utc = (ZoneSince(date.min, "UTC"),)
    return lambda site: zones.get(site, utc)
