"""What the fold reads and changes: the visits, ids and names that a batch of facts touches."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

from analytics_service.domain.contents import Contents, with_item
from analytics_service.domain.dimensions import OF_VISITS, OTHER, Dimension, VisitAttributes
from analytics_service.domain.facts import DropSample, VisitorFact
from analytics_service.domain.limits import BOUNCE_ENGAGEMENT
from analytics_service.domain.metrics import Sums

BOUNCE_MS = int(BOUNCE_ENGAGEMENT.total_seconds() * 1000)

NOTHING_KNOWN = VisitAttributes("")
NEVER = date(1970, 1, 1)
"""The day on which a mark was set that never was."""
REJECTED = "rejected"
"""The mark of a visit that was counted until its site's owner said that it was none."""
SUSPECTED_LIMIT = 100_000
"""Suspected facts of one site and day that are kept; further ones are only counted as dropped."""

VisitorKey = tuple[int, int]
"""Site and visitor's name."""
ViewKey = tuple[int, str]
"""Site and view id or event id; what is suspected has ids of its own for each reason."""
DayKey = tuple[int, date, int]
"""Site, local day and visitor's name."""


@dataclass(slots=True)
class Visit:
    """A run of one visitor's views and events; instants in ms, `day` and `hour` of its beginning.

    `visitor` is the name under which it began to be stored: a name of the next day is told with its views.
    A visit with a `mark` is kept but not counted: the mark is the reason for which its facts were suspected,
    or REJECTED. `family` is the agent's of a visit that was ever suspected, and None for any other.
    """

    id: int
    site: int
    visitor: int
    day: date
    hour: int
    began_at: int
    seen_at: int
    entry_page: str = ""
    exit_page: str = ""
    attributes: VisitAttributes = NOTHING_KNOWN
    pageviews: int = 0
    events: int = 0
    engaged_ms: int = 0
    mark: str = ""
    marked_on: date = NEVER
    """The day on which the mark was last set."""
    family: str | None = None
    later: tuple[tuple[date, int, int], ...] = ()
    """How many page views and events lie on each day that is not its first, for days that have any."""

    def is_bounce(self) -> bool:
        """One page view, no event, and next to no time spent."""
        return self.pageviews == 1 and not self.events and self.engaged_ms < BOUNCE_MS


@dataclass(slots=True)
class CountedView:
    """A view or event whose id was counted, and the engagement known of it.

    `page` and `mark` are those of its row; a page of None says that the row is not known.
    """

    visit: int
    at: int
    engaged_ms: int = 0
    day: date = NEVER
    ordinal: int = 0
    page: str | None = None
    mark: str = ""


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
    mark: str = ""
    engaged_ms: int = 0


def key_of(fact: VisitorFact) -> ViewKey:
    """Under which key the fact's view or event is remembered.

    A suspected fact never meets a counted one: it neither repeats it nor adds engagement to it.
    """
    return fact.site, f"{fact.id}\n{fact.drop}" if fact.drop else fact.id


KnownValues = dict[Dimension, set[str]]
"""The values that have a rollup, by dimension."""


@dataclass(slots=True)
class Batch:
    """A batch's working state, loaded before the fold and written after it, in one transaction."""

    next_visit: int
    """A number that no visit ever had, also none that was taken out."""
    cap: int
    newest_at: int = 0
    """The newest time of all facts that were ever folded."""

    visits: dict[int, Visit] = field(default_factory=dict)
    visits_of: dict[VisitorKey, list[int]] = field(default_factory=lambda: defaultdict(list))
    seen_ids: dict[ViewKey, CountedView] = field(default_factory=dict)
    pending_engagement: dict[ViewKey, tuple[int, int]] = field(default_factory=dict)
    first_seen: dict[DayKey, tuple[int, int]] = field(default_factory=dict)
    known: dict[tuple[int, date], KnownValues] = field(default_factory=dict)
    """The values of a site's day that have a rollup, `other` among them."""

    new_names: set[tuple[int, int, int, date]] = field(default_factory=set)
    new_views: list[ViewRow] = field(default_factory=list)
    engaged_views: dict[tuple[int, date, int, int], int] = field(default_factory=dict)
    """The engagement, in milliseconds, of views by site, day, visit and ordinal."""
    titles: dict[tuple[int, str], str] = field(default_factory=dict)
    contents: dict[int, Contents] = field(default_factory=dict)
    """What each counted visit contains that the facts may join, and each visit whose mark changes."""
    new_contents: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What of it this round has added."""
    before: dict[int, Visit | None] = field(default_factory=dict)
    """What this round touched, as it was; None for what is new."""

    changed_visits: set[int] = field(default_factory=set)
    changed_ids: set[ViewKey] = field(default_factory=set)
    changed_pending: set[ViewKey] = field(default_factory=set)
    changed_days: set[DayKey] = field(default_factory=set)
    days: dict[tuple[int, Dimension, date, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    hours: dict[tuple[int, date, int], Sums] = field(default_factory=lambda: defaultdict(Sums))
    drops: Counter[tuple[int, date, str]] = field(default_factory=Counter)
    samples: list[tuple[int, DropSample]] = field(default_factory=list)
    """Drops to show, with their site."""

    peaks: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """How many were online at most, and when, by site and the ten minutes that begin at that epoch second."""

    suspected: Counter[tuple[int, date]] = field(default_factory=Counter)
    """How many suspected facts of a site's day are kept."""

    suspected_limit: int = SUSPECTED_LIMIT

    _known_of_visits: dict[tuple[int, date], tuple[set[str], ...]] = field(default_factory=dict)
    _buckets: dict[tuple[int, date, int], tuple[Sums, Sums]] = field(default_factory=dict)

    def buckets(self, site: int, day: date, hour: int) -> tuple[Sums, Sums]:
        """The sums of the site's day and of its hour."""
        found = self._buckets.get((site, day, hour))
        if found is None:
            found = (self.days[site, Dimension.SITE, day, ""], self.hours[site, day, hour])
            self._buckets[site, day, hour] = found
        return found

    def about_to_change(self, visit: Visit) -> Visit:
        """The visit, remembered as it was before this round touched it."""
        if visit.id not in self.before:
            self.before[visit.id] = replace(visit) if visit.id in self.visits else None
            self.visits[visit.id] = visit
        return visit

    def add_content(self, visit: int, item: str) -> None:
        """Takes a page or an event's name into a visit, unless it is there."""
        contents = self.contents[visit]
        if item not in contents:
            self.contents[visit] = with_item(contents, item)
            self.new_contents[visit].append(item)

    def admit_suspect(self, site: int, day: date) -> bool:
        """Whether the site's day has room for one more suspected fact, which then is taken."""
        if self.suspected[site, day] >= self.suspected_limit:
            return False
        self.suspected[site, day] += 1
        return True

    def known_of_visits(self, site: int, day: date) -> tuple[set[str], ...]:
        """The values of a day in the order of OF_VISITS."""
        found = self._known_of_visits.get((site, day))
        if found is None:
            known = self.known.setdefault((site, day), {})
            found = tuple(known.setdefault(dimension, set()) for dimension in OF_VISITS)
            self._known_of_visits[site, day] = found
        return found

    def capped(
        self, dimension: Dimension, site: int, day: date, value: str, *, is_over_budget: bool = False
    ) -> str:
        """The value, or `other` where it is new and the site's day has as many as it may have.

        Half of them are kept for senders who bring few new ones.
        """
        known = self.known.setdefault((site, day), {}).setdefault(dimension, set())
        if value in known:
            return value
        if len(known) >= (self.cap // 2 if is_over_budget else self.cap):
            return OTHER
        known.add(value)
        return value
