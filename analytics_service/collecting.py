"""The way in: a beacon becomes a fact, or is dropped for a reason that is told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from analytics_service.domain import facts
from analytics_service.domain.beacons import Beacon, Kind
from analytics_service.domain.facts import Fact, FactKind
from analytics_service.domain.judging import judge
from analytics_service.domain.model import ONLINE_WINDOW, UNDOABLE, VISIT_TIMEOUT, Client, Drop, Site
from analytics_service.domain.periods import MINUTE_MS, local_day, moment
from analytics_service.domain.visitors import SALT_BYTES, SALT_DAYS_KEPT, Names, Naming, naming
from analytics_service.errors import Unavailable
from analytics_service.ports import ConfigStore, Live, Randomness

SALT_OFFERED_BEFORE = timedelta(hours=1)
RENAMED_WITHIN_MS = 2 * int(ONLINE_WINDOW.total_seconds() * 1000)
CONTINUED_WITHIN_MS = 2 * int(VISIT_TIMEOUT.total_seconds() * 1000)
DROPS_KEPT = 100_000
NOWHERE = 0
"""The site number under which drops of unknown sites are counted."""


class Verdict(NamedTuple):
    """What became of a beacon: `fact` must be on disk before the answer leaves (None: nothing to keep)."""

    fact: Fact | None
    drop: Drop | None


@dataclass(slots=True)
class Directory:
    """Sites and salts in memory, so that no beacon waits for them."""

    by_name: dict[str, Site] = field(default_factory=dict)
    salts: Mapping[int, Mapping[date, bytes]] = field(default_factory=dict)

    def site(self, name: str) -> Site | None:
        """The site of that public id, uuid, number or domain."""
        return self.by_name.get(name)

    def sites(self) -> list[Site]:
        """All sites."""
        return [site for name, site in self.by_name.items() if name == site.public_id]


def read_sites(config: ConfigStore) -> dict[str, Site]:
    """Every site by each of its four public names; a public id goes before a domain of the same letters."""
    by_name: dict[str, Site] = {}
    for site in config.sites():
        for name in (site.public_id, site.uuid, str(site.number), site.domain):
            by_name.setdefault(name, site)
    return by_name


def keep_salts(
    config: ConfigStore, sites: list[Site], at: datetime, random: Randomness
) -> dict[int, dict[date, bytes]]:
    """Offers the salts that are due, destroys those past their time, and reads back what holds."""
    today = {site.number: local_day(at, site.zones) for site in sites}
    oldest = min(today.values(), default=at.date()) - timedelta(days=SALT_DAYS_KEPT)
    known = config.salts(date.min)
    due = [
        (site.number, day)
        for site in sites
        for day in {today[site.number], local_day(at + SALT_OFFERED_BEFORE, site.zones)}
        if day not in known.get(site.number, {})
    ]
    if due:
        config.offer_salts([(site, day, random(SALT_BYTES)) for site, day in due])
    past = {
        number: day - timedelta(days=SALT_DAYS_KEPT)
        for number, day in today.items()
        if min(known.get(number, {day: b""})) < day - timedelta(days=SALT_DAYS_KEPT)
    }
    if past:
        config.destroy_salts(past)
    return config.salts(oldest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A site's local day as it is for one minute."""

    minute: int
    site: Site
    salts: Mapping[int, Mapping[date, bytes]]
    naming: Naming
    has_begun: bool
    """Whether a visit of the day before may still go on: only then a fact carries both names."""
    has_just_begun: bool
    """Whether somebody may still be online under yesterday's name."""


class Collector:
    """Judges, identifies and records beacons; synchronous, so that both doors share it."""

    def __init__(self, directory: Directory, live: Live, random: Randomness) -> None:
        self._directory = directory
        self._live = live
        self._random = random
        self._drops: Counter[tuple[int, Drop]] = Counter()
        self._todays: dict[int, Today] = {}

    def admit(self, beacon: Beacon, client: Client, at: datetime) -> Verdict:
        """What becomes of the beacon. Raises Unavailable where its site's salt is not known yet."""
        site = self._directory.site(beacon.site)
        if site is None:
            return self._dropped(NOWHERE, Drop.UNKNOWN_SITE)
        drop = judge(beacon, client, site)
        if drop is not None and drop not in UNDOABLE:
            return self._dropped(site.number, drop)
        at_ms = int(at.timestamp() * 1000)
        today = self._today_of(site, at_ms)
        who = today.naming.names(client.address, client.agent, formerly=today.has_begun)
        if drop is None:
            self._live.touch(site.number, who.visitor, who.formerly if today.has_just_begun else None, at_ms)
        if beacon.kind is Kind.PRESENCE:
            return Verdict(None, drop)
        return Verdict(self._recorded(beacon, site, who, at_ms, drop), drop)

    def _dropped(self, site: int, drop: Drop) -> Verdict:
        if (site, drop) in self._drops or len(self._drops) < DROPS_KEPT:
            self._drops[site, drop] += 1
        return Verdict(None, drop)

    def _today_of(self, site: Site, at_ms: int) -> Today:
        """The same for a minute of one site: a zone's day and the keys of names cost more than the names."""
        known = self._todays.get(site.number)
        minute = at_ms // MINUTE_MS
        if known and known.minute == minute and known.site is site and known.salts is self._directory.salts:
            return known
        day = moment(at_ms, site.zones).day
        found = naming(self._directory.salts.get(site.number, {}), day, site.number)
        if found is None:
            raise Unavailable("the salt of the day is not here yet", retry_after=1)
        today = Today(
            minute=minute,
            site=site,
            salts=self._directory.salts,
            naming=found,
            has_begun=moment(at_ms - CONTINUED_WITHIN_MS, site.zones).day != day,
            has_just_begun=moment(at_ms - RENAMED_WITHIN_MS, site.zones).day != day,
        )
        self._todays[site.number] = today
        return today

    def _recorded(self, beacon: Beacon, site: Site, who: Names, at_ms: int, drop: Drop | None) -> Fact:
        return Fact(
            format=facts.FORMAT,
            kind=FactKind(beacon.kind.value),
            site=site.number,
            at=at_ms,
            visitor=who.visitor,
            formerly=who.formerly,
            id=beacon.id or self._made_id(),
            event_id=(beacon.event_id or self._made_id()) if beacon.kind is Kind.EVENT else "",
            hostname=beacon.page.host or site.domain,
            page=beacon.page.path,
            title=beacon.title,
            referrer=beacon.referrer,
            campaign=beacon.page.campaign,
            screen=beacon.screen,
            engaged_ms=beacon.engaged_ms,
            name=beacon.name,
            properties=beacon.properties,
            drop=drop.value if drop else "",
        )

    def _made_id(self) -> str:
        return self._random(10).hex()

    def drop_summaries(self, at: datetime) -> list[Fact]:
        """What was dropped since the last call, one fact a site; the next call begins at zero."""
        drops, self._drops = self._drops, Counter()
        by_site: dict[int, list[tuple[str, int]]] = {}
        for (site, drop), count in sorted(drops.items()):
            by_site.setdefault(site, []).append((drop.value, count))
        at_ms = int(at.timestamp() * 1000)
        return [
            Fact(facts.FORMAT, FactKind.DROPS, site, at_ms, drops=tuple(reasons))
            for site, reasons in by_site.items()
        ]
