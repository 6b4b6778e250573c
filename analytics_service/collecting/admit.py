"""Admits beacons: judges, identifies and recognises them, and makes facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from analytics_service.collecting.budget import ValueBudget, VisitorBudget
from analytics_service.collecting.drops import NO_SITE, DropCounter
from analytics_service.collecting.peaks import Peaks
from analytics_service.collecting.salts import SaltCache, SiteDay
from analytics_service.collecting.sites import SiteCache
from analytics_service.collecting.unknown_sites import UnknownSites
from analytics_service.domain.admission import judge, refused_host
from analytics_service.domain.beacons import Beacon, Kind, with_ids
from analytics_service.domain.client import Agent, Client
from analytics_service.domain.dimensions import Location
from analytics_service.domain.drops import Drop, Refusal
from analytics_service.domain.facts import DropSample, Recognised, VisitorFact, fact_of
from analytics_service.domain.pages import page_of
from analytics_service.domain.site import Site
from analytics_service.domain.visitors import VisitorIds, budget_holder, sender
from analytics_service.enrichment.agents import recognise
from analytics_service.enrichment.languages import language_of
from analytics_service.enrichment.places import Places
from analytics_service.enrichment.robots import headers_mismatch
from analytics_service.enrichment.sources import Spam
from analytics_service.ports.clock import Randomness
from analytics_service.ports.limits import Limits
from analytics_service.ports.live import Live

_HITS = (Kind.VIEW, Kind.EVENT)


class Verdict(NamedTuple):
    """What became of a beacon: `fact` must be on disk before the answer leaves (None: nothing to keep)."""

    fact: VisitorFact | None
    drop: Drop | None


@dataclass(frozen=True, slots=True)
class Recognisers:
    """What the door recognises senders with: their place, forged referrers, and how much they send."""

    places: Places
    spam: Spam
    limits: Limits
    """How many beacons a sender may send."""


@dataclass(slots=True, kw_only=True)
class Collector:
    """Judges, identifies, recognises and records beacons; synchronous, so that both doors share it."""

    sites: SiteCache
    salts: SaltCache
    live: Live
    recognisers: Recognisers
    visitors: VisitorBudget
    values: ValueBudget
    random: Randomness
    drops: DropCounter = field(default_factory=DropCounter)
    peaks: Peaks = field(default_factory=Peaks)
    unknown_sites: UnknownSites = field(default_factory=UnknownSites)

    def admit(self, beacon: Beacon, client: Client, at: datetime) -> Verdict:
        """Returns what becomes of the beacon. Raises Unavailable where its site's salt is not known yet."""
        at_ms = int(at.timestamp() * 1000)
        site = self.sites.find(beacon.site)
        if site is None:
            self.drops.count(NO_SITE, Drop.UNKNOWN_SITE)
            self.unknown_sites.note(beacon.site, at_ms)
            return Verdict(None, Drop.UNKNOWN_SITE)
        page = page_of(beacon.page.path, beacon.page.query, site.rules)
        place = self.recognisers.places.place(client.address)
        is_presence = beacon.kind is Kind.PRESENCE
        drop = judge(beacon, page, client, site) or self._limit(
            client, place, site, is_presence=is_presence, at_ms=at_ms
        )
        if drop is not None:
            where = f"//{refused_host(beacon, client, site)}{page}" if drop is Drop.HOSTNAME else page
            return self._drop(site, drop, where, client, at_ms=at_ms)
        agent = recognise(client.agent)
        suspicion = self._suspect(beacon, client, site, agent)
        day = self.salts.day_of(site, at_ms)
        is_over_budget = False
        visitor = day.visitor_hash.identify(sender(client.address), client.agent, previous_id=day.has_begun)
        if suspicion is None:
            visitor = self._note_visitor(visitor, beacon, client, day, page=page, at_ms=at_ms)
            is_over_budget = beacon.kind in _HITS and self._exceeds_budget(beacon, client, day, page, at_ms)
        language = language_of(client.languages)
        recognised = Recognised(
            at_ms,
            page,
            visitor,
            agent=agent,
            place=place,
            language=language,
            drop=suspicion,
            is_over_budget=is_over_budget,
        )
        return Verdict(fact_of(with_ids(beacon, self._make_id), site, recognised), suspicion)

    def count_refusal(self, names: Iterable[str], refusal: Refusal) -> None:
        """Counts what was no beacon at all, for the first of these names that is a site's."""
        sites = (self.sites.find(name) for name in names)
        self.drops.count(next((site.number for site in sites if site), NO_SITE), refusal)

    def _note_visitor(
        self, visitor: VisitorIds, beacon: Beacon, client: Client, day: SiteDay, *, page: str, at_ms: int
    ) -> VisitorIds:
        """Returns the ids under which the visitor counts, and notes that they are online."""
        self.peaks.touch(day.site.number)
        # Who leaves a page tells of it when they may be on the next one already.
        where = "" if beacon.kind is Kind.ENGAGEMENT else page
        if not self.visitors.knows(visitor):
            return self._meet(visitor, beacon, client, day, where=where, at_ms=at_ms)
        self._touch(day, visitor, at_ms, where)
        return visitor

    def _touch(
        self, day: SiteDay, visitor: VisitorIds, at_ms: int, where: str, *, only_prolong: bool = False
    ) -> None:
        previous_id = visitor.previous_id if day.has_just_begun else None
        self.live.touch(
            day.site.number, visitor.visitor_id, previous_id, at_ms, where, only_prolong=only_prolong
        )

    def _meet(
        self, visitor: VisitorIds, beacon: Beacon, client: Client, day: SiteDay, *, where: str, at_ms: int
    ) -> VisitorIds:
        """Returns the ids under which an unknown visitor counts, and notes that they are online.

        Whoever is one new visitor too many of their sender counts as the network. A beacon that is no view
        and no event makes nobody a visitor, but keeps online who is.
        """
        holder = "" if client.is_proxy_address else budget_holder(client.address)
        if beacon.kind in _HITS:
            if not self.visitors.admits(day.site.number, holder, visitor, at_ms):
                visitor = day.visitor_hash.identify(holder, "", previous_id=day.has_begun)
            self._touch(day, visitor, at_ms, where)
            return visitor
        self._touch(day, visitor, at_ms, where, only_prolong=True)
        if holder:
            network = day.visitor_hash.identify(holder, "", previous_id=day.has_just_begun)
            self._touch(day, network, at_ms, where, only_prolong=True)
        return visitor

    def _exceeds_budget(self, beacon: Beacon, client: Client, day: SiteDay, page: str, at_ms: int) -> bool:
        """Tells whether a hit's page or event is one new value too many of its sender."""
        site, holder = day.site.number, "" if client.is_proxy_address else budget_holder(client.address)
        if not self.values.admits(site, day.day, holder, page, at_ms=at_ms):
            return True
        if beacon.kind is not Kind.EVENT:
            return False
        return not self.values.admits(site, day.day, holder, f"event {beacon.name}", at_ms=at_ms)

    def _limit(
        self, client: Client, place: Location, site: Site, *, is_presence: bool, at_ms: int
    ) -> Drop | None:
        if place.country in site.rules.excluded_countries:
            return Drop.EXCLUDED_COUNTRY
        # Behind a proxy that tells nothing everybody would be one sender.
        if client.is_proxy_address:
            return None
        who = sender(client.address)
        # Presence has an allowance of its own: the tabs of a school must not use up that of its views.
        key = f"{who} presence" if is_presence else who
        return None if self.recognisers.limits.allows(key, at_ms) else Drop.RATE

    def _suspect(self, beacon: Beacon, client: Client, site: Site, agent: Agent) -> Drop | None:
        """Returns why the beacon is kept apart instead of counted, or None."""
        if (
            agent.is_robot
            or beacon.webdriver
            or headers_mismatch(agent, client.header_signals, site.rules.robots)
        ):
            return Drop.BOT
        return Drop.SPAM_REFERRER if self.recognisers.spam.is_spam(beacon.referrer) else None

    def _drop(self, site: Site, drop: Drop, page: str, client: Client, *, at_ms: int) -> Verdict:
        self.drops.count(site.number, drop)
        if self.drops.wants_sample(site.number):
            sample = DropSample(at_ms, drop.value, page, recognise(client.agent).family)
            self.drops.add_sample(site.number, sample)
        return Verdict(None, drop)

    def _make_id(self) -> str:
        return self.random(10).hex()
