"""A seeded stream of beacons over 20 sites in 20 time zones, each with the instant at which it is sent.

What the service has to recognise (browser, source, channel …) stands beside each sample, written by hand.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
QUARTER = timedelta(minutes=15)
NEAR_MIDNIGHT = 0.35
EXACT_GAPS = (1_799_000, 1_800_000, 1_800_001, 1_801_000)

# In the spell below Sao Paulo has a day without midnight; Havana and Azores have the hour after midnight
# twice, Beirut and Damascus the hour before it, Gaza and Amman the hour from midnight on; Troll goes back by
# two hours. The others have fractions of an hour, or lie at the edges of the calendar.
ZONES = (
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "America/New_York",
    "Europe/London",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Damascus",
    "Asia/Amman",
    "Asia/Gaza",
    "Atlantic/Azores",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Ho_Chi_Minh",
    "Asia/Kathmandu",
    "Australia/Adelaide",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
    "Pacific/Niue",
)


class Spell(NamedTuple):
    """The time in which beacons are sent."""

    begins: datetime
    ends: datetime


TWELVE_DAYS = Spell(datetime(2018, 10, 25, 12, tzinfo=UTC), datetime(2018, 11, 6, 12, tzinfo=UTC))
TWO_DAYS = Spell(datetime(2018, 11, 3, 12, tzinfo=UTC), datetime(2018, 11, 5, 12, tzinfo=UTC))
"""The days around the nights of Sao Paulo, Havana, New York and St Johns."""


class Agent(NamedTuple):
    """A user agent, and what it is."""

    text: str
    browser: str
    system: str
    device: str


class Link(NamedTuple):
    """How a visitor came: referrer and campaign, and what they say."""

    referrer: str = ""
    campaign: tuple[tuple[str, str], ...] = ()
    source: str = ""
    channel: str = "direct"


AGENTS = (
    Agent(
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        *("Firefox", "Linux", "desktop"),
    ),
    Agent(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Safari/537.36",
        *("Chrome", "Windows", "desktop"),
    ),
    Agent(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.3 Safari/605.1.15",
        *("Safari", "macOS", "desktop"),
    ),
    Agent(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.3 Mobile/15E148 Safari/604.1",
        *("Safari", "iOS", "mobile"),
    ),
    Agent(
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Mobile Safari/537.36",
        *("Chrome", "Android", "mobile"),
    ),
    Agent(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        *("Edge", "Windows", "desktop"),
    ),
)
DIRECT = Link()
ARRIVALS = (
    DIRECT,
    Link("https://www.google.com/", source="Google", channel="search"),
    Link("https://www.facebook.com/", source="Facebook", channel="social"),
    Link("https://news.example.org/a/b", source="news.example.org", channel="referral"),
    Link(
        "",
        (("utm_source", "bulletin"), ("utm_medium", "email"), ("utm_campaign", "autumn")),
        *("bulletin", "email"),
    ),
    Link(
        "https://www.google.com/",
        (("utm_source", "poster"), ("utm_medium", "cpc"), ("utm_content", "blue"), ("utm_term", "pho bo")),
        *("poster", "campaign"),
    ),
)
FORGED = Link("https://semalt.com/x")
INTERNAL = "internal"
PAGES = ("/", "/about", "/news", "/news/17", "/shop", "/contact")
EVENTS = ("download", "signup", "play")


class Person(NamedTuple):
    """Who sends: one address with one agent is one visitor of a day."""

    address: str
    agent: Agent


@dataclass(frozen=True, kw_only=True)
class Beacon:
    """One beacon; `at` is in milliseconds since 1970, `site` an index of ZONES."""

    at: int
    site: int
    kind: str
    person: Person
    page: str
    host: str
    view: str
    link: Link = DIRECT
    event: str = ""
    name: str = ""
    engaged_ms: int = 0
    is_robot: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether a person sent it, and nobody forged where they came from."""
        return not self.is_robot and self.link != FORGED

    def body(self, site: str) -> dict[str, Any]:
        """What the tracker sends to the site of that name."""
        query = f"?{urlencode(self.link.campaign)}" if self.link.campaign else ""
        body: dict[str, Any] = {"k": self.kind, "s": site, "i": self.view}
        body["u"] = f"https://{self.host}{self.page}{query}"
        if self.link.referrer:
            body["r"] = self.link.referrer
        if self.is_robot:
            body["b"] = 1
        if self.kind == "e":
            body["d"] = self.engaged_ms
        if self.kind == "c":
            body |= {"x": self.event, "n": self.name}
        return body


def domain(site: int) -> str:
    """The site's domain."""
    return f"site{site}.example"


def week_start(site: int) -> str:
    """The first day of the site's week."""
    return "sunday" if site % 3 == 0 else "monday"


def milliseconds(at: datetime) -> int:
    """The instant in whole milliseconds since 1970."""
    return round(at.timestamp()) * SECOND


def midnights(zone: str, spell: Spell) -> list[int]:
    """When local days begin; in this spell all clocks are changed on a quarter of an hour."""
    found, at, before = [], spell.begins, _day(spell.begins, zone)
    while (at := at + QUARTER) < spell.ends:
        if (today := _day(at, zone)) != before:
            found.append(milliseconds(at))
        before = today
    return found


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def stream(seed: int, count: int, spell: Spell) -> list[Beacon]:
    """About `count` beacons in the order of time, no two at the same millisecond."""
    chance = random.Random(seed)
    first, last = milliseconds(spell.begins), milliseconds(spell.ends)
    people = _people(chance, max(12, count // 600))
    begins = {site: midnights(zone, spell) for site, zone in enumerate(ZONES)}
    by_time: dict[int, Beacon] = {}
    while len(by_time) < count:
        site = chance.randrange(len(ZONES))
        at = _beginning(chance, begins[site], first, last)
        for beacon in _story(chance, site, chance.choice(people), at):
            if first <= beacon.at < last:
                by_time.setdefault(beacon.at, beacon)
    return [by_time[at] for at in sorted(by_time)]


def _people(chance: random.Random, count: int) -> list[Person]:
    """Some share an address, some have one of IPv6."""
    addresses = [f"2001:db8:{n:x}::1" if n % 7 == 0 else f"203.0.113.{n}" for n in range(1, count)]
    return [Person(chance.choice(addresses), chance.choice(AGENTS)) for _ in range(count)]


def _beginning(chance: random.Random, midnights_there: list[int], first: int, last: int) -> int:
    if chance.random() >= NEAR_MIDNIGHT:
        return chance.randrange(first, last)
    exact = chance.random() < 0.1
    return chance.choice(midnights_there) + (
        chance.choice((-1, 0, 1)) if exact else chance.randrange(-90 * MINUTE, 60 * MINUTE)
    )


def _story(chance: random.Random, site: int, person: Person, at: int) -> Iterator[Beacon]:
    """What one person does from `at` on: pages, events, engagement, some of it sent twice."""
    host = chance.choice((domain(site), f"www.{domain(site)}"))
    link = FORGED if chance.random() < 0.04 else chance.choice(ARRIVALS)
    is_robot = chance.random() < 0.05
    inside = Link(f"https://{host}/", channel=INTERNAL)
    view = ""
    for _ in range(chance.randrange(1, 7)):
        done = Beacon(
            at=at, site=site, kind="v", person=person, page=chance.choice(PAGES), host=host, view=view
        )
        done = replace(done, is_robot=is_robot)
        if view and chance.random() < 0.2:
            done = replace(done, kind="c", event=_id(chance), name=chance.choice(EVENTS))
        else:
            view = _id(chance)
            done = replace(done, view=view, link=link)
            yield from _beside(chance, done)
            link = inside
        yield done
        if chance.random() < 0.04:
            yield replace(done, at=at + round(chance.choice((SECOND, MINUTE, 20 * HOUR)) * chance.random()))
        at += _gap(chance)


def _beside(chance: random.Random, view: Beacon) -> Iterator[Beacon]:
    """The engagement of a view, cumulative as a rule, and presence; some of it before the view arrives."""
    plain = replace(view, link=DIRECT, kind="e")
    engaged_ms = 0
    for _ in range(chance.choice((0, 1, 1, 2))):
        engaged_ms = chance.choice(
            (engaged_ms + chance.randrange(12 * SECOND), chance.randrange(25 * SECOND))
        )
        later = chance.choice(
            (-2 * SECOND, engaged_ms + chance.randrange(5 * SECOND), chance.randrange(15 * MINUTE))
        )
        yield replace(plain, at=view.at + later, engaged_ms=engaged_ms)
    if chance.random() < 0.01:
        absurd = chance.choice((-5, 10**9))
        yield replace(plain, at=view.at + chance.randrange(20 * HOUR), engaged_ms=absurd)
    if chance.random() < 0.05:
        yield replace(plain, at=view.at + MINUTE, kind="p")


def _gap(chance: random.Random) -> int:
    kind = chance.random()
    if kind < 0.5:
        return chance.randrange(2 * SECOND, 10 * MINUTE)
    if kind < 0.72:
        return chance.randrange(10 * MINUTE, 30 * MINUTE)
    if kind < 0.92:
        return chance.choice(EXACT_GAPS)
    return chance.randrange(31 * MINUTE, 3 * HOUR)


def _id(chance: random.Random) -> str:
    return f"{chance.getrandbits(72):018x}"
