"""The way in: a beacon becomes a fact, or is dropped for a reason that is told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from analytics_service.domain import facts
from analytics_service.domain.beacons import Beacon, Kind
from analytics_service.domain.facts import Fact, FactKind
from analytics_service.domain.judging import judge
from analytics_service.domain.model import ONLINE_WINDOW, UNDOABLE, Client, Drop, Site
from analytics_service.domain.periods import local_time, moment
from analytics_service.domain.visitors import SALT_BYTES, SALT_DAYS_KEPT, Names, names
from analytics_service.errors import Unavailable
from analytics_service.ports import ConfigStore, Live, Randomness

SALT_OFFERED_BEFORE = timedelta(hours=1)
RENAMED_WITHIN_MS = 2 * int(ONLINE_WINDOW.total_seconds() * 1000)
DROPS_KEPT = 100_000
NOWHERE = 0
"""The site number under which drops of unknown sites are counted."""


@dataclass(frozen=True, slots=True)
class Verdict:
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
    today = {site.number: local_time(at, site.zones).date() for site in sites}
    oldest = min(today.values(), default=at.date()) - timedelta(days=SALT_DAYS_KEPT)
    known = config.salts(date.min)
    due = [
        (site.number, day)
        for site in sites
        for day in {today[site.number], local_time(at + SALT_OFFERED_BEFORE, site.zones).date()}
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


class Collector:
    """Judges, identifies and records beacons; synchronous, so that both doors share it."""

    def __init__(self, directory: Directory, live: Live, random: Randomness) -> None:
        self._directory = directory
        self._live = live
        self._random = random
        self._drops: Counter[tuple[int, Drop]] = Counter()

    def admit(self, beacon: Beacon, client: Client, at: datetime) -> Verdict:
        """What becomes of the beacon. Raises Unavailable where its site's salt is not known yet."""
        site = self._directory.site(beacon.site)
        if site is None:
            return self._dropped(NOWHERE, Drop.UNKNOWN_SITE)
        drop = judge(beacon, client, site)
        if drop is not None and drop not in UNDOABLE:
            return self._dropped(site.number, drop)
        at_ms = int(at.timestamp() * 1000)
        who = self._identify(site, client, at_ms)
        if drop is None:
            # Only who may still be online under yesterday's name has two.
            crossed = moment(at_ms - RENAMED_WITHIN_MS, site.zones).day != moment(at_ms, site.zones).day
            self._live.touch(site.number, who.visitor, who.formerly if crossed else None, at_ms)
        if beacon.kind is Kind.PRESENCE:
            return Verdict(None, drop)
        return Verdict(self._recorded(beacon, site, who, at_ms, drop), drop)

    def _dropped(self, site: int, drop: Drop) -> Verdict:
        if (site, drop) in self._drops or len(self._drops) < DROPS_KEPT:
            self._drops[site, drop] += 1
        return Verdict(None, drop)

    def _identify(self, site: Site, client: Client, at_ms: int) -> Names:
        day = moment(at_ms, site.zones).day
        salts = self._directory.salts.get(site.number, {})
        who = names(salts, day, site.number, client.address, client.agent[:512])
        if who is None:
            raise Unavailable("the salt of the day is not here yet", retry_after=1)
        return who

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
