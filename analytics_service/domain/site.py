"""A site and what its owner decides."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from analytics_service.domain.counter import PublicCounter
from analytics_service.domain.metrics import Metric

DELETION_GRACE = timedelta(days=7)
"""How long a deleted site can be restored; after that everything of it is removed."""
FORMER_ID_RETENTION = timedelta(days=90)
"""How long a site answers under a public id that it had before."""


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
    """What a site had counted elsewhere before it came, for one metric.

    One that `replaces` takes the place of all that were entered before it; another is added to them.
    """

    metric: Metric
    value: int
    entered_at: datetime
    reason: str
    entered_by: str
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class FormerId:
    """A public id that a site had before, under which it answers until an instant."""

    public_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """When a site was deleted, and by whom."""

    at: datetime
    by: str

    @property
    def ends_at(self) -> datetime:
        """The instant until which the site can be restored."""
        return self.at + DELETION_GRACE


class RobotLevel(StrEnum):
    """How suspicious the door is of whoever says it is a browser."""

    OFF = "off"
    BASIC = "basic"
    STRICT = "strict"


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
    former_ids: tuple[FormerId, ...] = ()
    deletion: Deletion | None = None

    @property
    def zone(self) -> str:
        """The newest zone of its history."""
        return self.zones[-1].zone

    def opening(self, metric: Metric) -> int:
        """What was counted elsewhere, in that metric, by all balances in the order of their entry."""
        total = 0
        for balance in self.opening_balances:
            if balance.metric is metric:
                total = balance.value if balance.replaces else total + balance.value
        return total
