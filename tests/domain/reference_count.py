"""A slow and obvious count from scratch: what the fold is held against."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics_service.domain.facts import Engagement, Event, View, VisitorFact
from analytics_service.domain.metrics import Sums

ZONES = {1: "Asia/Ho_Chi_Minh", 2: "Europe/London"}
Counted = View | Event
HALF_HOUR, DAY = 1_800_000, 86_400_000


@dataclass
class Figures:
    """Sums by site and day, by site, day and hour, and by site, day and page."""

    days: dict[tuple[int, date], Sums]
    hours: dict[tuple[int, date, int], Sums]
    pages: dict[tuple[int, date, str], Sums]

    def without_visits(self) -> "Figures":
        """What no order of delivery can change."""
        return Figures(*(_without_visits(sums) for sums in (self.days, self.hours, self.pages)))


@dataclass(frozen=True)
class Visited:
    """What is counted of a visit; instants and engagement in milliseconds."""

    site: int
    day: date
    hour: int
    began_at: int
    seen_at: int
    pageviews: int
    events: int
    engaged_ms: int


def _without_visits(sums: dict[Any, Sums]) -> dict[Any, Sums]:
    kept = {
        key: Sums(pageviews=one.pageviews, visitors=one.visitors, events=one.events)
        for key, one in sums.items()
    }
    return nonzero(kept)


def nonzero(sums: dict[Any, Sums]) -> dict[Any, Sums]:
    return {key: one for key, one in sums.items() if one != Sums()}


def local(site: int, at: int) -> tuple[date, int]:
    """The site's day, and when its hour began; in these zones clocks are only changed on the hour."""
    shown = datetime.fromtimestamp(at // 1000, UTC).astimezone(ZoneInfo(ZONES[site]))
    return shown.date(), at // 1000 - shown.minute * 60 - shown.second


def key_of(fact: VisitorFact) -> tuple[int, str]:
    """What two facts have in common that tell the same."""
    return fact.site, fact.id


def in_time(facts: Iterable[VisitorFact]) -> list[VisitorFact]:
    return sorted(facts, key=lambda fact: fact.at)


def counted(facts: Iterable[VisitorFact]) -> list[Counted]:
    """Views and events in the order of time, each id once."""
    first: dict[tuple[int, str], Counted] = {}
    for fact in in_time(facts):
        if not isinstance(fact, Engagement):
            first.setdefault(key_of(fact), fact)
    return list(first.values())


def runs_of(facts: Iterable[VisitorFact]) -> list[list[Counted]]:
    """What each person did, cut where more than 30 minutes passed; in the order of their beginnings."""
    runs: list[list[Counted]] = []
    latest: dict[tuple[int, int], list[Counted]] = {}
    for fact in counted(facts):
        person = fact.site, fact.visitor_id % 10
        if person not in latest or fact.at - latest[person][-1].at > HALF_HOUR:
            latest[person] = []
            runs.append(latest[person])
        latest[person].append(fact)
    return runs


def longest_engagement(facts: Iterable[VisitorFact]) -> dict[tuple[int, str], int]:
    """The largest engagement told of each view."""
    longest: dict[tuple[int, str], int] = defaultdict(int)
    for fact in facts:
        if isinstance(fact, Engagement):
            longest[key_of(fact)] = max(longest[key_of(fact)], min(fact.engaged_ms, DAY))
    return longest


def visits_of(facts: Iterable[VisitorFact], runs: list[list[Counted]]) -> list[Visited]:
    """Each run as a visit, with the largest engagement told of each of its views."""
    longest = longest_engagement(facts)
    return [
        Visited(
            run[0].site,
            *local(run[0].site, run[0].at),
            began_at=run[0].at,
            seen_at=run[-1].at,
            pageviews=sum(isinstance(one, View) for one in run),
            events=sum(isinstance(one, Event) for one in run),
            engaged_ms=min(sum(longest[key_of(one)] for one in run), DAY),
        )
        for run in runs
    ]


def figures_of(facts: Iterable[VisitorFact], visits: Iterable[Visited]) -> Figures:
    """All figures, added up one by one."""
    days: dict[Any, Sums] = defaultdict(Sums)
    hours: dict[Any, Sums] = defaultdict(Sums)
    pages: dict[Any, Sums] = defaultdict(Sums)
    met = set()
    longest = longest_engagement(facts)
    for fact in counted(facts):
        day, hour = local(fact.site, fact.at)
        is_view = isinstance(fact, View)
        is_new = (fact.site, day, fact.visitor_id) not in met
        met.add((fact.site, day, fact.visitor_id))
        for bucket in (days[fact.site, day], hours[fact.site, day, hour]):
            bucket.add(Sums(pageviews=int(is_view), events=int(not is_view), visitors=int(is_new)))
        pages[fact.site, day, fact.page].add(
            Sums(pageviews=int(is_view), events=int(not is_view), engaged_ms=longest[key_of(fact)])
        )
    for visit in visits:
        bounced = (visit.pageviews, visit.events) == (1, 0) and visit.engaged_ms < 10_000
        for bucket in (days[visit.site, visit.day], hours[visit.site, visit.day, visit.hour]):
            bucket.add(Sums(visits=1, bounces=int(bounced), engaged_ms=visit.engaged_ms))
    return Figures(nonzero(days), nonzero(hours), nonzero(pages))
