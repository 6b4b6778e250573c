"""What the fold reads and changes: the visits, ids and names that a batch of facts touches."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from analytics_service.domain.model import BOUNCE_ENGAGEMENT, Sums

BOUNCE_MS = int(BOUNCE_ENGAGEMENT.total_seconds() * 1000)

VisitorKey = tuple[int, int]
"""Site and visitor's name."""
ViewKey = tuple[int, str]
"""Site and view id or event id."""
DayKey = tuple[int, date, int]
"""Site, local day and visitor's name."""


class Dimension(IntEnum):
    """What a rollup is broken down by; the numbers are stored."""

    SITE = 0
    PAGE = 1


@dataclass(slots=True)
class Visit:
    """A run of one visitor's views and events; instants in ms, `day` and `hour` of its beginning."""

    id: int
    site: int
    visitor: int
    day: date
    hour: int
    began_at: int
    seen_at: int
    entry_page: str = ""
    exit_page: str = ""
    hostname: str = ""
    referrer: str = ""
    pageviews: int = 0
    events: int = 0
    engaged_ms: int = 0

    def is_bounce(self) -> bool:
        """One page view, no event, and next to no time spent."""
        return self.pageviews == 1 and not self.events and self.engaged_ms < BOUNCE_MS


@dataclass(slots=True)
class CountedView:
    """A view or event whose id was counted, and the engagement known of it."""

    visit: int
    at: int
    engaged_ms: int = 0


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One stored page view or event (`name` set), the `ordinal`-th of its visit."""

    site: int
    day: date
    visit: int
    ordinal: int
    at: int
    hour: int
    visitor: int
    page: str
    name: str


@dataclass(slots=True)
class Ledger:
    """A batch's working state, loaded before the fold and written after it, in one transaction."""

    next_visit: int
    page_cap: int
    visits: dict[int, Visit] = field(default_factory=dict)
    visits_of: dict[VisitorKey, list[int]] = field(default_factory=lambda: defaultdict(list))
    counted: dict[ViewKey, CountedView] = field(default_factory=dict)
    waiting: dict[ViewKey, tuple[int, int]] = field(default_factory=dict)
    first_seen: dict[DayKey, tuple[int, int]] = field(default_factory=dict)
    pages: dict[tuple[int, date], set[str]] = field(default_factory=dict)
    """The pages of a site's day, `other` among them."""

    new_names: set[tuple[int, int, int, date]] = field(default_factory=set)
    new_views: list[ViewRow] = field(default_factory=list)
    titles: dict[tuple[int, str], str] = field(default_factory=dict)
    changed_visits: set[int] = field(default_factory=set)
    changed_counted: set[ViewKey] = field(default_factory=set)
    changed_waiting: set[ViewKey] = field(default_factory=set)
    changed_days: set[DayKey] = field(default_factory=set)
    days: dict[tuple[int, Dimension, date, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    hours: dict[tuple[int, date, int], Sums] = field(default_factory=lambda: defaultdict(Sums))
    drops: Counter[tuple[int, date, str]] = field(default_factory=Counter)
    _buckets: dict[tuple[int, date, int], tuple[Sums, Sums]] = field(default_factory=dict)

    def buckets(self, site: int, day: date, hour: int) -> tuple[Sums, Sums]:
        """The sums of the site's day and of its hour."""
        found = self._buckets.get((site, day, hour))
        if found is None:
            found = (self.days[site, Dimension.SITE, day, ""], self.hours[site, day, hour])
            self._buckets[site, day, hour] = found
        return found

    def add_visit(self, visit: Visit, sign: int = 1) -> None:
        """Adds the visit to the buckets in which it began, or takes it away before it changes."""
        bounced = visit.is_bounce()
        for sums in self.buckets(visit.site, visit.day, visit.hour):
            sums.visits += sign
            sums.engaged_ms += sign * visit.engaged_ms
            if bounced:
                sums.bounces += sign
        self.changed_visits.add(visit.id)
