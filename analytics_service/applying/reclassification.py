"""What an owner says of suspects and of visits, carried out in steps: these were people, these were not."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from operator import attrgetter

from analytics_service.applying.attributes import HostsOf, describing, no_hosts
from analytics_service.domain.periods import moment
from analytics_service.domain.quarantine import KEPT, Choice, as_counted
from analytics_service.domain.rollups import ZonesOf, fold
from analytics_service.domain.site import ZoneSince
from analytics_service.domain.tasks import Task, TaskKind
from analytics_service.errors import Unavailable
from analytics_service.ports.clock import Clock
from analytics_service.ports.quarantine import QuarantineStore
from analytics_service.ports.stats import StatsStore
from analytics_service.ports.verification import VerificationStore

ROUND = 1_000
"""Suspects that are counted in one transaction."""


class Reclassification:
    """Moves facts between what is kept apart and what is counted."""

    def __init__(
        self,
        stats: StatsStore,
        suspects: QuarantineStore,
        truth: VerificationStore,
        zones_of: ZonesOf,
        *,
        hosts_of: HostsOf = no_hosts,
        cap: int,
    ) -> None:
        self._stats = stats
        self._suspects = suspects
        self._truth = truth
        self._zones_of = zones_of
        self._traits_of = describing(hosts_of)
        self._cap = cap

    def carry_out(self, order: Task) -> Iterator[Mapping[str, object] | None]:
        """Yields None after each step, and the answer at the end. Raises Unavailable."""
        choice = Choice.told(order.arguments)
        yield from self._people(choice) if order.kind is TaskKind.ACCEPT else self._robots(choice)

    def _people(self, choice: Choice) -> Iterator[Mapping[str, object] | None]:
        counted = days = 0
        zones = self._zones_of(choice.site)
        for day in _days(choice):
            before = counted
            if self._suspects.some(choice, day, 1):
                self._open(choice.site, day)
            while some := self._suspects.some(choice, day, ROUND):
                facts = sorted((as_counted(fact) for _, fact in some), key=attrgetter("at"))
                ledger = self._stats.load(facts, self._cap, lambda fact: _day(fact.at, zones))
                ledger.ended_suspects.extend(key for key, _ in some)
                fold(ledger, facts, self._zones_of, self._traits_of)
                self._stats.save(ledger, {})
                counted += len(some)
                yield None
            days += counted > before
        yield {"facts": counted, "days": days}

    def _robots(self, choice: Choice) -> Iterator[Mapping[str, object] | None]:
        suspected = days = 0
        for day in _days(choice):
            self._open(choice.site, day)
            before = suspected
            last: int | None = 0
            while last is not None:
                yield None
                made, last = self._suspects.suspect_visits(choice, day, last)
                suspected += made
            days += suspected > before
        yield {"facts": suspected, "days": days}

    def _open(self, site: int, day: date) -> None:
        """Makes a day ready to be changed. Raises Unavailable, before anything is, where it is not kept."""
        if day < (kept := self._truth.first_kept()):
            raise Unavailable(f"the visits of {day} are no longer kept: the first day whose are is {kept}")
        self._suspects.reopen(site, day)

    def forget(self, clock: Clock) -> None:
        """Drops suspects that have been kept for long enough."""
        self._suspects.forget((clock() - KEPT).date())


def _day(at: int, zones: tuple[ZoneSince, ...]) -> date:
    return moment(at, zones).day


def _days(choice: Choice) -> Iterator[date]:
    for number in range((choice.last - choice.first).days + 1):
        yield choice.first + timedelta(days=number)
