"""The table of sites: online, today, a line of seven days, 28 days with their change, and all together."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from analytics_service.domain.answers import Totals
from analytics_service.domain.comparisons import Earlier
from analytics_service.domain.counter import Item, Span
from analytics_service.domain.counts import Question
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Named
from analytics_service.domain.query import Query
from analytics_service.domain.site import Site
from analytics_service.errors import AnalyticsError
from analytics_service.reporting.totals import answer_totals
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.chart import draw_line
from analytics_service.web.dashboard.formats import UNKNOWN, Formats
from analytics_service.web.dashboard.tiles import ChangeView, view_change
from analytics_service.web.dashboard.viewer import Viewer, site_path

PAGE_ROWS = 100
_QUESTION = Question((Item.ONLINE, Item.TODAY), Metric.VISITS, span=Span.WEEK)
_PERIOD = Named.DAYS_28
COLUMNS = ("domain", "online", "today", "visits", "change")
_LINE_SIDE = 100


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """What is known of a site; None is a figure that could not be read."""

    site: Site
    online: int | None = None
    today: int | None = None
    week: tuple[int, ...] = ()
    visits: int | None = None
    before: float | None = None
    change: float | None = None


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A line of the table; `href` is empty for the line of all sites together."""

    name: str
    href: str
    online: str
    today: str
    line: tuple[str, str] | None
    visits: str
    change: ChangeView | None
    public_id: str = ""
    is_favourite: bool = False
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class SiteHead:
    """A column that can be sorted by; `order` is ascending, descending or none."""

    label: str
    href: str
    order: str


@dataclass(frozen=True, slots=True)
class SiteTable:
    """The sites that fit a search, page by page."""

    heads: tuple[SiteHead, ...]
    rows: tuple[SiteRow, ...]
    combined: SiteRow | None
    count: int
    next: str


async def read_figures(viewer: Viewer, sites: Sequence[Site]) -> list[SiteFigures]:
    """Returns the figures of sites, all read at once; what cannot be read is left out."""
    if not sites:
        return []
    api = viewer.services.api
    query = Query(
        tuple(site.number for site in sites),
        period=_PERIOD,
        metrics=(Metric.VISITS,),
        comparison=Earlier.PREVIOUS,
    )
    try:
        totals = await answer_totals(api.answers, api.turns, sites, query, viewer.at)
    except AnalyticsError:
        totals = None
    return list(await asyncio.gather(*(_read_site(viewer, site, totals) for site in sites)))


async def _read_site(viewer: Viewer, site: Site, totals: Totals | None) -> SiteFigures:
    found = SiteFigures(site)
    if totals is not None:
        line = totals.sites[site.number]
        found = replace(found, visits=int(line.results[Metric.VISITS] or 0))
        if line.comparison is not None:
            change = line.comparison.change[Metric.VISITS]
            found = replace(found, before=line.comparison.results[Metric.VISITS], change=change)
    try:
        counts = await viewer.services.reporter.counts(site, _QUESTION, viewer.at)
    except AnalyticsError:
        return found
    week = counts.series.values if counts.series else ()
    return replace(found, online=counts.figures[Item.ONLINE], today=counts.figures[Item.TODAY], week=week)


def make_table(
    figures: Sequence[SiteFigures], favourites: Collection[int], address: Address, viewer: Viewer
) -> SiteTable:
    """Returns the table: favourites first, then as the address sorts; several are also added up."""
    formats = viewer.formats()
    sort = address.get("sort", "domain")
    column = sort.removeprefix("-") if sort.removeprefix("-") in COLUMNS else "domain"
    ordered = sorted(figures, key=lambda one: one.site.domain)
    ordered.sort(key=_key_of(column), reverse=sort.startswith("-"))
    # What is not known stands last, whichever way it is sorted.
    ordered.sort(key=lambda one: _key_of(column)(one) == _UNKNOWN)
    ordered.sort(key=lambda one: one.site.number not in favourites)
    start = (
        int(address.get("cursor"))
        if address.get("cursor").isascii() and address.get("cursor").isdigit()
        else 0
    )
    following = start + PAGE_ROWS
    return SiteTable(
        heads=tuple(_head(name, sort, address, formats) for name in COLUMNS),
        rows=tuple(_row(one, favourites, formats, viewer) for one in ordered[start:following]),
        combined=_combine(figures, formats) if len(figures) > 1 else None,
        count=len(figures),
        next=str(address.having(cursor=str(following))) if following < len(ordered) else "",
    )


_UNKNOWN = (float("-inf"), "")


def _key_of(column: str) -> Callable[[SiteFigures], tuple[float, str]]:
    def key(one: SiteFigures) -> tuple[float, str]:
        if column == "domain":
            return 0, one.site.domain
        value = getattr(one, column)
        return _UNKNOWN if value is None else (float(value), "")

    return key


def _head(name: str, sort: str, address: Address, formats: Formats) -> SiteHead:
    is_sorted = sort.removeprefix("-") == name
    order = ("descending" if sort.startswith("-") else "ascending") if is_sorted else "none"
    starts_down = name != "domain"
    down = starts_down if not is_sorted else order == "ascending"
    href = address.without("cursor").having(sort=f"{'-' if down else ''}{name}")
    return SiteHead(formats.words.dashboard[f"column_{name}"], str(href), order)


def _row(one: SiteFigures, favourites: Collection[int], formats: Formats, viewer: Viewer) -> SiteRow:
    return SiteRow(
        name=one.site.domain,
        href=site_path(viewer, one.site),
        online=formats.count(one.online),
        today=formats.count(one.today),
        line=draw_spark(one.week),
        visits=formats.count(one.visits),
        change=view_change(Metric.VISITS, one.change, formats) if one.before else None,
        public_id=one.site.public_id,
        is_favourite=one.site.number in favourites,
        is_paused=one.site.paused,
    )


def _combine(figures: Sequence[SiteFigures], formats: Formats) -> SiteRow:
    def add(values: Sequence[int | None]) -> str:
        known = [value for value in values if value is not None]
        return formats.count(sum(known)) if known else UNKNOWN

    weeks = [one.week for one in figures if one.week]
    before = sum(one.before or 0 for one in figures)
    now = sum((one.before or 0) * (1 + (one.change or 0)) for one in figures)
    return SiteRow(
        name=formats.words.dashboard["all_together"],
        href="",
        online=add([one.online for one in figures]),
        today=add([one.today for one in figures]),
        line=draw_spark([sum(day) for day in zip(*weeks, strict=True)]),
        visits=add([one.visits for one in figures]),
        change=view_change(Metric.VISITS, now / before - 1, formats) if before else None,
    )


def draw_spark(values: Sequence[int]) -> tuple[str, str] | None:
    """Returns a small line in a square of 100 by 100: up to yesterday, and from there to today."""
    if len(values) < 2:
        return None
    most = max(values) or 1
    last = len(values) - 1
    spots = [
        (round(_LINE_SIDE * number / last, 1), round(_LINE_SIDE * (1 - value / most), 1))
        for number, value in enumerate(values)
    ]
    return draw_line(spots[:-1]), draw_line(spots[-2:])


def search_sites(sites: Sequence[Site], text: str) -> list[Site]:
    """Returns the sites whose domain or name holds a text, in whatever case."""
    wanted = text.strip().casefold()[:200]
    return [site for site in sites if wanted in site.domain.casefold() or wanted in site.name.casefold()]
