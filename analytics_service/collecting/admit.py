"""Admits beacons: judges, identifies and recognises them, and makes facts."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from analytics_service.collecting.sites import SiteCache
from analytics_service.domain.admission import judge
from analytics_service.domain.beacons import Beacon, Kind, with_ids
from analytics_service.domain.client import Agent, Client
from analytics_service.domain.counts import PEAK_EACH
from analytics_service.domain.dimensions import Location
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import DropSample, DropSummary, Online, Recognised, VisitorFact, fact_of
from analytics_service.domain.limits import ONLINE_WINDOW, VISIT_TIMEOUT
from analytics_service.domain.pages import page_of
from analytics_service.domain.periods import MINUTE_MS, moment
from analytics_service.domain.site import Site
from analytics_service.domain.visitors import VisitorHash, naming, sender
from analytics_service.enrichment.agents import recognise
from analytics_service.enrichment.languages import language_of
from analytics_service.enrichment.places import Places
from analytics_service.enrichment.robots import headers_mismatch
from analytics_service.enrichment.sources import Spam
from analytics_service.errors import Unavailable
from analytics_service.ports.clock import Randomness
from analytics_service.ports.limits import Limits
from analytics_service.ports.live import Live

RENAMED_WITHIN_MS = 2 * int(ONLINE_WINDOW.total_seconds() * 1000)


CONTINUED_WITHIN_MS = 2 * int(VISIT_TIMEOUT.total_seconds() * 1000)


DROPS_KEPT = 100_000


SITES_SAMPLED, SAMPLES_TOLD = 1_000, 10
"""Of how many sites, and how many of each, drops are shown between two summaries."""


PEAK_MS = int(PEAK_EACH.total_seconds() * 1000)


NOWHERE = 0
"""The site number under which drops of unknown sites are counted."""


class Verdict(NamedTuple):
    """What became of a beacon: `fact` must be on disk before the answer leaves (None: nothing to keep)."""

    fact: VisitorFact | None
    drop: Drop | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A site's local day as it is for one minute."""

    minute: int
    site: Site
    salts_version: int
    naming: VisitorHash
    has_begun: bool
    """Whether a visit of the day before may still go on: only then a fact carries both names."""
    has_just_begun: bool
    """Whether somebody may still be online under yesterday's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognisers:
    """What the door recognises with."""

    places: Places
    spam: Spam
    limits: Limits


class Collector:
    """Judges, identifies, recognises and records beacons; synchronous, so that both doors share it."""

    def __init__(self, directory: SiteCache, live: Live, senses: Recognisers, random: Randomness) -> None:
        self._directory = directory
        self._live = live
        self._senses = senses
        self._random = random
        self._drops: Counter[tuple[int, Drop]] = Counter()
        self._samples: dict[int, list[DropSample]] = {}
        self._todays: dict[int, Today] = {}
        self._touched: set[int] = set()
        self._peaks: dict[int, tuple[int, int]] = {}

    def admit(self, beacon: Beacon, client: Client, at: datetime) -> Verdict:
        """What becomes of the beacon. Raises Unavailable where its site's salt is not known yet."""
        at_ms = int(at.timestamp() * 1000)
        site = self._directory.site(beacon.site)
        if site is None:
            return self._dropped(NOWHERE, Drop.UNKNOWN_SITE)
        page = page_of(beacon.page.path, beacon.page.query, site.rules)
        place = self._senses.places.place(client.address)
        drop = judge(beacon, page, client, site) or self._limited(client, place, site, at_ms)
        if drop is not None:
            return self._dropped(site.number, drop, (at_ms, page, client.agent))
        agent = recognise(client.agent)
        suspicion = self._suspicion(beacon, client, site, agent)
        today = self._today_of(site, at_ms)
        who = today.naming.names(client.address, client.agent, previous_id=today.has_begun)
        if suspicion is None:
            self._touched.add(site.number)
            # Who leaves a page tells of it when he may be on the next one already.
            where = "" if beacon.kind is Kind.ENGAGEMENT else page
            previous_id = who.previous_id if today.has_just_begun else None
            self._live.touch(site.number, who.visitor_id, previous_id, at_ms, where)
        recognised = Recognised(at_ms, page, who, agent, place, language_of(client.languages), suspicion)
        return Verdict(fact_of(with_ids(beacon, self._make_id), site, recognised), suspicion)

    def _limited(self, client: Client, place: Location, site: Site, at_ms: int) -> Drop | None:
        if place.country in site.rules.excluded_countries:
            return Drop.EXCLUDED_COUNTRY
        # Behind a proxy that tells nothing everybody would be one sender.
        if client.is_proxy_address or self._senses.limits.allows(sender(client.address), at_ms):
            return None
        return Drop.RATE

    def _suspicion(self, beacon: Beacon, client: Client, site: Site, agent: Agent) -> Drop | None:
        """Why the beacon is kept apart instead of counted, or None."""
        if (
            agent.is_robot
            or beacon.webdriver
            or headers_mismatch(agent, client.header_signals, site.rules.robots)
        ):
            return Drop.BOT
        return Drop.SPAM_REFERRER if self._senses.spam.is_spam(beacon.referrer) else None

    def _dropped(self, site: int, drop: Drop, seen: tuple[int, str, str] | None = None) -> Verdict:
        if (site, drop) in self._drops or len(self._drops) < DROPS_KEPT:
            self._drops[site, drop] += 1
        if seen is not None and len(self._samples) < SITES_SAMPLED:
            samples = self._samples.setdefault(site, [])
            if len(samples) < SAMPLES_TOLD:
                at_ms, page, agent = seen
                samples.append(DropSample(at_ms, drop.value, page, recognise(agent).family))
        return Verdict(None, drop)

    def _today_of(self, site: Site, at_ms: int) -> Today:
        """The same for a minute of one site: a zone's day and the keys of names cost more than the names."""
        known = self._todays.get(site.number)
        minute, version = at_ms // MINUTE_MS, self._directory.salts_version
        if known and known.minute == minute and known.site is site and known.salts_version == version:
            return known
        day = moment(at_ms, site.zones).day
        found = naming(self._directory.salts.get(site.number, {}), day, site.number)
        if found is None:
            raise Unavailable("the salt of the day is not here yet", retry_after=1)
        today = Today(
            minute=minute,
            site=site,
            salts_version=version,
            naming=found,
            has_begun=moment(at_ms - CONTINUED_WITHIN_MS, site.zones).day != day,
            has_just_begun=moment(at_ms - RENAMED_WITHIN_MS, site.zones).day != day,
        )
        self._todays[site.number] = today
        return today

    def forget_days(self, at: datetime) -> None:
        """Forgets what is known of minutes that are over: it holds the keys of visitors' ids.

        Called each second, so that no key outlives its salt where no beacon comes.
        """
        minute = int(at.timestamp() * 1000) // MINUTE_MS
        for site in [site for site, today in self._todays.items() if today.minute != minute]:
            del self._todays[site]

    async def peaks(self, at: datetime) -> list[Online]:
        """A fact for each site that has more visitors online than were told of these ten minutes."""
        at_ms = int(at.timestamp() * 1000)
        touched, self._touched = self._touched, set()
        begins = at_ms // PEAK_MS
        higher = []
        for site in touched:
            online = await self._live.online(site, at_ms)
            known, most = self._peaks.get(site, (0, 0))
            if online and (known != begins or online > most):
                self._peaks[site] = (begins, online)
                higher.append(Online(site=site, at=at_ms, online=online))
        return higher

    def _make_id(self) -> str:
        return self._random(10).hex()

    def drop_summaries(self, at: datetime) -> list[DropSummary]:
        """What was dropped since the last call, one fact a site; the next call begins at zero."""
        drops, self._drops = self._drops, Counter()
        samples, self._samples = self._samples, {}
        by_site: dict[int, list[tuple[str, int]]] = {}
        for (site, drop), count in sorted(drops.items()):
            by_site.setdefault(site, []).append((drop.value, count))
        at_ms = int(at.timestamp() * 1000)
        return [
            DropSummary(site=site, at=at_ms, drops=tuple(reasons), samples=tuple(samples.get(site, ())))
            for site, reasons in by_site.items()
        ]
