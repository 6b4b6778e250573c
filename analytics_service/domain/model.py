"""The values that every room speaks of."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

ONLINE_WINDOW = timedelta(minutes=5)
VISIT_TIMEOUT = timedelta(minutes=30)
BOUNCE_ENGAGEMENT = timedelta(seconds=10)
ENGAGEMENT_LIMIT = timedelta(hours=24)
IDS_KEPT = timedelta(hours=24)
PEAK_EACH = timedelta(minutes=10)
PEAKS_KEPT = timedelta(days=366)


class Metric(StrEnum):
    """Additive sums; rates are divided at the edge."""

    PAGEVIEWS = "pageviews"
    VISITS = "visits"
    VISITORS = "visitors"
    BOUNCES = "bounces"
    ENGAGED_SECONDS = "engaged_seconds"
    EVENTS = "events"


class Item(StrEnum):
    """What the public counter shows."""

    ONLINE = "online"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    LAST_WEEK = "last_week"
    MONTH = "month"
    LAST_MONTH = "last_month"
    YEAR = "year"
    TOTAL = "total"
    PEAK = "peak"


class Span(StrEnum):
    """How far back a series of days reaches, today included."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"

    @property
    def days(self) -> int:
        """How many days it has."""
        return int(self.value.removesuffix("d"))


class Drop(StrEnum):
    """Why a well-formed beacon is not counted."""

    UNKNOWN_SITE = "unknown-site"
    PAUSED = "paused"
    HOSTNAME = "hostname"
    BOT = "bot"
    SPAM_REFERRER = "spam-referrer"
    EXCLUDED_ADDRESS = "excluded-address"
    EXCLUDED_PAGE = "excluded-page"
    EXCLUDED_COUNTRY = "excluded-country"
    OPT_OUT = "opt-out"
    DUPLICATE = "duplicate"
    RATE = "rate"
    PREFETCH = "prefetch"


class WeekStart(StrEnum):
    """The first day of a site's week."""

    MONDAY = "monday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True)
class ZoneSince:
    """A time zone that a site has had from a local day on."""

    day: date
    zone: str


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What a site had counted elsewhere before it came, for one metric."""

    metric: Metric
    value: int
    entered_at: datetime
    reason: str
    entered_by: str


PUBLIC_METRICS = frozenset({Metric.VISITS, Metric.PAGEVIEWS, Metric.VISITORS})


class RobotLevel(StrEnum):
    """How suspicious the door is of whoever says it is a browser."""

    OFF = "off"
    BASIC = "basic"
    STRICT = "strict"


class PublicCounter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the public counter may tell."""

    items: frozenset[Item] = frozenset(Item)
    metrics: frozenset[Metric] = PUBLIC_METRICS
    series: bool = True
    pages: bool = False


class SiteRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom a site counts: `excluded_networks` are CIDR texts, `*` in `excluded_pages` is any text.

    `index_files` counts /a/index.php as /a, and `page_keys` are the query's keys that make another page.
    On `unmasked_pages` nothing is taken for a secret or an e-mail address.
    `honours_signals` takes Global Privacy Control and Do Not Track for a wish not to be counted.
    """

    excluded_networks: frozenset[str] = frozenset()
    excluded_pages: frozenset[str] = frozenset()
    excluded_countries: frozenset[str] = frozenset()
    robots: RobotLevel = RobotLevel.BASIC
    honours_signals: bool = False
    index_files: bool = False
    page_keys: frozenset[str] = frozenset()
    unmasked_pages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Site:
    """A web property counted as one whole; `host_names` holds lower-case names, `*` alone allows any."""

    number: int
    public_id: str
    uuid: str
    domain: str
    name: str
    zones: tuple[ZoneSince, ...]
    week_start: WeekStart
    locale: str
    host_names: frozenset[str]
    public: bool
    paused: bool
    demo: bool
    created_at: datetime
    opening_balances: tuple[OpeningBalance, ...] = ()
    rules: SiteRules = field(default_factory=SiteRules)
    counter: PublicCounter = field(default_factory=PublicCounter)

    @property
    def zone(self) -> str:
        """The newest zone of its history."""
        return self.zones[-1].zone

    def opening(self, metric: Metric) -> int:
        """What was counted elsewhere, in that metric."""
        return sum(balance.value for balance in self.opening_balances if balance.metric is metric)


class Client(msgspec.Struct, frozen=True):
    """Who sent a beacon, as far as the connection tells; it never leaves the door.

    `signs` are those of enrichment.robots; `is_behind` a proxy that does not say for whom it asks.
    """

    address: str
    agent: str
    origin: str | None = None
    prefetch: bool = False
    languages: str = ""
    signs: int = 0
    opts_out: bool = False
    is_behind: bool = False


@dataclass(slots=True)
class Sums:
    """Additive sums of one bucket; `engaged_ms` in milliseconds."""

    pageviews: int = 0
    visits: int = 0
    visitors: int = 0
    bounces: int = 0
    engaged_ms: int = 0
    events: int = 0

    def of(self, metric: Metric) -> int:
        """The sum in that metric's own unit."""
        if metric is Metric.ENGAGED_SECONDS:
            return self.engaged_ms // 1000
        return int(getattr(self, metric.value))

    def add(self, other: "Sums", sign: int = 1) -> None:
        """Adds `other` to these sums, or takes it away with `sign=-1`."""
        self.pageviews += sign * other.pageviews
        self.visits += sign * other.visits
        self.visitors += sign * other.visitors
        self.bounces += sign * other.bounces
        self.engaged_ms += sign * other.engaged_ms
        self.events += sign * other.events

    def row(self) -> tuple[int, int, int, int, int, int]:
        """The sums in the order of their columns."""
        return (self.pageviews, self.visits, self.visitors, self.bounces, self.engaged_ms, self.events)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a site's figures; `page`, in normal form, asks for that page's own."""

    items: tuple[Item, ...]
    metric: Metric
    span: Span | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A figure for each local day from `first` on, today's last; days without anybody are zero."""

    first: date
    values: tuple[int, ...]


class Peak(NamedTuple):
    """The most that were online, and when."""

    online: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """The counter's figures at one moment.

    `online` is None while nobody can know it; `online_known_at` is then when it could last be known.
    """

    site: Site
    metric: Metric
    at: datetime
    figures: dict[Item, int | None] = field(default_factory=dict)
    online_known_at: datetime | None = None
    peak: Peak | None = None
    peak_today: Peak | None = None
    page: str | None = None
    series: Series | None = None
