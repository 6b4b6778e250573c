"""From journals to figures: each fact exactly once."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter

import msgspec

from analytics_service.applying.attributes import HostsOf, describing, no_hosts
from analytics_service.domain.facts import Fact, decode_group
from analytics_service.domain.limits import IDS_KEPT
from analytics_service.domain.periods import moment
from analytics_service.domain.rollups import fold
from analytics_service.domain.site import ZoneSince
from analytics_service.errors import Damaged
from analytics_service.ports.clock import Clock
from analytics_service.ports.journal import Journals
from analytics_service.ports.stats import StatsStore

DIMENSION_CAP = 10_000
SMALLEST_ROUND, LARGEST_ROUND = 1_000, 20_000
"""Facts. Large rounds cost less for each fact, but must end long before their process is taken for hung."""
LATEST = timedelta(hours=48)

log = logging.getLogger(__name__)

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
        dimension_cap: int = DIMENSION_CAP,
    ) -> None:
        self._journals = journals
        self._stats = stats
        self._zones_of = zones_of
        self._traits_of = describing(hosts_of)
        self._dimension_cap = dimension_cap
        self._positions = stats.positions()
        self._durable: dict[str, int] = {}
        self._damaged: set[str] = set()
        self._removed: set[str] = set()

    def apply_round(self, limit: int = SMALLEST_ROUND) -> int:
        """Applies about that much of what is waiting in one transaction; returns how many facts."""
        facts: list[Fact] = []
        positions: dict[str, int] = {}
        unreadable: list[tuple[str, int, bytes]] = []
        for name in self._journals.names():
            if len(facts) >= limit:
                break
            for seq, row in self._groups(name):
                try:
                    facts.extend(decode_group(row))
                except msgspec.DecodeError as error:
                    log.error("journal %s, group %d cannot be read and is set aside: %s", name, seq, error)
                    unreadable.append((name, seq, row))
                positions[name] = seq
                if len(facts) >= limit:
                    break
        if not positions:
            return 0
        facts.sort(key=attrgetter("at"))
        ledger = self._stats.load(facts, self._dimension_cap, self._day_of)
        fold(ledger, facts, self._zones_of, self._traits_of)
        self._stats.save(ledger, positions, unreadable)
        self._positions.update(positions)
        return len(facts)

    def _groups(self, name: str) -> list[tuple[int, bytes]]:
        """What waits in a journal; one whose file is damaged must not stop the others."""
        try:
            groups = self._journals.groups_after(name, self._positions.get(name, 0))
        except Damaged as error:
            if name not in self._damaged:
                log.error("%s; its file stays where it is, and what can still be read was applied", error)
                self._damaged.add(name)
            return []
        self._damaged.discard(name)
        return groups

    def _waits_since(self, name: str) -> int | None:
        """The time of the first fact that waits in a journal; None where none does."""
        for _, row in self._groups(name):
            with suppress(msgspec.DecodeError):
                if facts := decode_group(row):
                    return min(fact.at for fact in facts)
        return None

    def _day_of(self, fact: Fact) -> date:
        return moment(fact.at, self._zones_of(fact.site)).day

    def make_durable(self) -> None:
        """Checkpoints where anything was applied since, and removes journals whose worker is gone."""
        if self._positions != self._durable:
            self._durable.update(self._stats.checkpoint())
        for name in self._journals.names():
            if name in self._damaged:
                continue
            applied = self._positions.get(name, 0)
            if self._durable.get(name, 0) == applied:
                self._journals.remove_if_left(name, applied)

    def forget(self, clock: Clock) -> None:
        """Drops ids and names that no fact to come can need, and positions of journals long removed.

        What is old is told by the facts, not by the clock: what waits is counted as if it had come at once.
        """
        times = [int(clock().timestamp() * 1000), self._stats.newest_at()]
        waiting = (self._waits_since(name) for name in self._journals.names())
        times += [since for since in waiting if since is not None]
        at = datetime.fromtimestamp(min(times) / 1000, UTC)
        before = at - IDS_KEPT
        self._stats.forget(int(before.timestamp() * 1000), (at - LATEST - timedelta(days=1)).date())
        # A backup that has copied a journal needs its position in the stats.db that it copies next.
        removed = self._positions.keys() - set(self._journals.names())
        for name in removed & self._removed:
            self._stats.forget_journal(name)
            self._positions.pop(name)
            self._durable.pop(name, None)
        self._removed = removed


def zones_or_utc(zones: dict[int, tuple[ZoneSince, ...]]) -> ZonesOf:
    """Looks up a site's zones; what belongs to no site is dated in UTC."""
    utc = (ZoneSince(date.min, "UTC"),)
    return lambda site: zones.get(site, utc)
