"""Figures counted from the visits themselves, by the definitions of docs/vocabulary.md alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import Filter, Operator
from analytics_service.domain.ranges import Grain, Range
from tests.reporting.history import ZONES, Hit, Story

Figures = dict[str, float | None]
RATES = {
    "pageviews_per_visit": "pageviews",
    "bounce_rate": "bounces",
    "engaged_seconds_per_visit": "engaged_seconds",
}
HITS = (Dimension.PAGE, Dimension.EVENT)


@dataclass(frozen=True)
class Window:
    """Local days or, between two instants, hours."""

    start: int
    end: int
    first: date
    last: date
    by_day: bool

    def holds(self, site: int, at: int) -> bool:
        """Whether an instant lies in it, on the site's clock."""
        if self.by_day:
            return self.first <= day_of(site, at) <= self.last
        return self.start <= at < self.end


def window(whole: Range) -> Window:
    """The window of a resolved period."""
    start, end = (int(at.timestamp() * 1000) for at in (whole.start, whole.end))
    return Window(start, end, whole.first, whole.last, whole.grain is Grain.DAY)


def day_of(site: int, at: int) -> date:
    """The day that the site's clock shows."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(ZONES[site])).date()


def _fits_hit(one: Filter, hit: Hit) -> bool:
    """Whether a hit is one that a positive filter names."""
    if one.subject is Dimension.PAGE:
        return not hit.name and one.matches(hit.page)
    return bool(hit.name) and one.matches(hit.name)


def _is_selected(story: Story, one: Filter) -> bool:
    if isinstance(one.subject, Dimension) and one.subject not in HITS:
        return one.matches(story.values[one.subject] or None)
    if one.operator is Operator.NOT:
        positive = Filter(one.subject, Operator.IS, one.values)
        return not any(_fits_hit(positive, hit) for hit in story.hits)
    return any(_fits_hit(one, hit) for hit in story.hits)


def _positive(filters: Iterable[Filter], subject: Dimension) -> list[Filter]:
    return [one for one in filters if one.subject is subject and one.operator is not Operator.NOT]


def _counts(hit: Hit, filters: Iterable[Filter]) -> bool:
    pages, events = _positive(filters, Dimension.PAGE), _positive(filters, Dimension.EVENT)
    on_page = not pages or any(one.matches(hit.page) for one in pages)
    named = not hit.name or not events or any(one.matches(hit.name) for one in events)
    return on_page and named


def count(
    stories: Iterable[Story], filters: tuple[Filter, ...], period: Window, part: Window | None = None
) -> Figures:
    """The figures of the part of a period; what a visitor did first on a day is looked for in all of it."""
    part = part or period
    selected = [s for s in stories if not s.mark and all(_is_selected(s, one) for one in filters)]
    begun = [s for s in selected if period.holds(s.site, s.hits[0].at) and part.holds(s.site, s.hits[0].at)]
    hits = [
        (s.site, hit)
        for s in selected
        for hit in s.hits
        if period.holds(s.site, hit.at) and _counts(hit, filters)
    ]
    return _figures(begun, hits, part, has_page_filter=bool(_positive(filters, Dimension.PAGE)))


def _figures(
    begun: list[Story], hits: list[tuple[int, Hit]], part: Window, *, has_page_filter: bool
) -> Figures:
    first: dict[tuple[int, date, int], int] = {}
    for site, hit in hits:
        key = (site, day_of(site, hit.at), hit.visitor)
        first[key] = min(first.get(key, hit.at), hit.at)
    inside = [hit for site, hit in hits if part.holds(site, hit.at)]
    figures: Figures = {
        "pageviews": sum(not hit.name for hit in inside),
        "events": sum(bool(hit.name) for hit in inside),
        "visits": len(begun),
        "bounces": sum(len(s.hits) == 1 and not s.hits[0].name and s.engaged_ms < 10_000 for s in begun),
        "engaged_seconds": sum(one.engaged_ms for one in (inside if has_page_filter else begun)) // 1000,
        "visitors": sum(part.holds(site, at) for (site, _, _), at in first.items()),
    }
    for rate, dividend in RATES.items():
        value, visits = figures[dividend], figures["visits"]
        figures[rate] = None if value is None or not visits else value / visits
    return figures


def list_rows(
    stories: Iterable[Story], filters: tuple[Filter, ...], period: Window, dimension: Dimension
) -> dict[str | None, Figures]:
    """The figures of each value of a dimension, those without anything too."""
    stories = [s for s in stories if not s.mark]
    if dimension not in HITS:
        values = {s.values[dimension] for s in stories}
        return {
            value or None: count([s for s in stories if s.values[dimension] == value], filters, period)
            for value in values
        }
    listed = _positive(filters, dimension)
    if dimension is Dimension.EVENT:
        names = {hit.name for s in stories for hit in s.hits if hit.name}
        rows: dict[str | None, Figures] = {}
        for name in names:
            if not listed or any(one.matches(name) for one in listed):
                with_name = [s for s in stories if any(hit.name == name for hit in s.hits)]
                rows[name] = _of_event(with_name, filters, period, name)
        return rows
    pages = {hit.page for s in stories for hit in s.hits}
    return {
        page: _of_page(stories, filters, period, page)
        for page in pages
        if not listed or any(one.matches(page) for one in listed)
    }


def _of_event(stories: list[Story], filters: tuple[Filter, ...], period: Window, name: str) -> Figures:
    selected = [s for s in stories if all(_is_selected(s, one) for one in filters)]
    hits = [
        (s.site, hit)
        for s in selected
        for hit in s.hits
        if period.holds(s.site, hit.at) and hit.name in ("", name) and _counts(hit, filters)
    ]
    begun = [s for s in selected if period.holds(s.site, s.hits[0].at)]
    return _figures(begun, hits, period, has_page_filter=bool(_positive(filters, Dimension.PAGE)))


def _of_page(stories: list[Story], filters: tuple[Filter, ...], period: Window, page: str) -> Figures:
    selected = [s for s in stories if all(_is_selected(s, one) for one in filters)]
    hits = [
        (s.site, hit)
        for s in selected
        for hit in s.hits
        if period.holds(s.site, hit.at) and hit.page == page and _counts(hit, filters)
    ]
    viewed = [s for s in selected if any(hit.page == page and not hit.name for hit in s.hits)]
    begun = [s for s in viewed if period.holds(s.site, s.hits[0].at)]
    return _figures(begun, hits, period, has_page_filter=True)
