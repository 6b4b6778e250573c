"""Realtime: who is here now, minute by minute for half an hour, on which pages, from where."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from analytics_service.domain.answers import Breakdown, Totals
from analytics_service.domain.buckets import Interval
from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Counts, Peak, Question
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Named
from analytics_service.domain.query import Query, default_metrics
from analytics_service.domain.site import Site
from analytics_service.errors import AnalyticsError
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.online import OnlinePage, list_online_pages
from analytics_service.reporting.totals import answer_totals
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.formats import Formats
from analytics_service.web.dashboard.overview import make_context
from analytics_service.web.dashboard.panels import Panel, make_panel
from analytics_service.web.dashboard.viewer import Viewer

PAGE_ROWS, PANEL_ROWS = 20, 7
_QUESTION = Question((Item.ONLINE, Item.TODAY, Item.PEAK), Metric.VISITS)
_PANELS = (("sources", Dimension.SOURCE), ("locations", Dimension.REGION), ("locations", Dimension.COUNTRY))


@dataclass(frozen=True, slots=True)
class Minute:
    """One column: where it stands and how high, in per cent, and what it says."""

    left: float
    height: float
    label: str
    value: str
    is_complete: bool


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page with who is there."""

    label: str
    title: str
    online: str
    width: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure with its name, and when it was."""

    label: str
    value: str
    when: str


@dataclass(frozen=True, slots=True)
class Realtime:
    """Everything that the page shows; what could not be read is missing or a dash."""

    online: str
    facts: tuple[Fact, ...]
    minutes: tuple[Minute, ...]
    pages: tuple[PageRow, ...]
    panels: tuple[Panel, ...]


async def read_realtime(viewer: Viewer, site: Site, address: Address) -> Realtime:
    """Returns what is going on at this moment."""
    formats = viewer.formats(site)
    counts: Counts | None = None
    of_year: Peak | None = None
    with suppress(AnalyticsError):
        counts = await viewer.services.reporter.counts(site, _QUESTION, viewer.at)
        of_year = await viewer.services.reporter.record_of_year(site, viewer.at)
    query = Query(
        (site.number,),
        period=Named.TODAY,
        interval=Interval.MINUTE,
        metrics=(Metric.PAGEVIEWS, Metric.VISITS),
        limit=PANEL_ROWS,
    )
    minutes, totals = await _read_minutes(viewer, site, query, formats)
    panels = await _read_panels(viewer, site, query, address, totals)
    return Realtime(
        online=formats.count(counts.figures[Item.ONLINE]) if counts else "–",
        facts=_facts(counts, of_year, formats) if counts else (),
        minutes=minutes,
        pages=await _read_pages(viewer, site, formats),
        panels=panels,
    )


async def _read_minutes(
    viewer: Viewer, site: Site, query: Query, formats: Formats
) -> tuple[tuple[Minute, ...], Totals | None]:
    api = viewer.services.api
    try:
        totals = await answer_totals(api.answers, api.turns, [site], query, viewer.at, series=True)
    except AnalyticsError:
        return (), None
    points = totals.sites[site.number].points
    values = [int(point.values[Metric.PAGEVIEWS] or 0) for point in points]
    most = max(values, default=0) or 1
    return tuple(
        Minute(
            left=round(100 * number / len(points), 2),
            height=round(100 * value / most, 2),
            label=f"{point.start:%H:%M}",
            value=formats.count(value),
            is_complete=point.complete,
        )
        for number, (point, value) in enumerate(zip(points, values, strict=True))
    ), totals


async def _read_panels(
    viewer: Viewer, site: Site, query: Query, address: Address, totals: Totals | None
) -> tuple[Panel, ...]:
    """Returns sources and places of the last half hour; provinces where some are known, else countries."""
    context = make_context(viewer, site, address)
    results = totals.sites[site.number].results if totals is not None else {}
    panels: dict[str, Panel] = {}
    for name, dimension in _PANELS:
        if name in panels and any(
            row.label != context.formats.words.dashboard["unknown"] for row in panels[name].rows
        ):
            continue
        answer = await _read_rows(viewer, site, query, dimension)
        panels[name] = make_panel(name, dimension, answer, context, results)
    return tuple(panels.values())


async def _read_rows(
    viewer: Viewer, site: Site, query: Query, dimension: Dimension
) -> Breakdown | AnalyticsError:
    api = viewer.services.api
    rows = replace(query, dimension=dimension, metrics=default_metrics(dimension))
    try:
        return await answer_breakdown(api.answers, api.turns, [site], rows, viewer.at)
    except AnalyticsError as error:
        return error


async def _read_pages(viewer: Viewer, site: Site, formats: Formats) -> tuple[PageRow, ...]:
    api = viewer.services.api
    try:
        found = await list_online_pages(api.live, api.answers, api.turns, site, viewer.at)
    except AnalyticsError:
        return ()
    return make_page_rows(found or (), formats)


def make_page_rows(pages: Sequence[OnlinePage], formats: Formats) -> tuple[PageRow, ...]:
    """Returns the pages with most visitors, and all others as one row."""
    listed = [page for page in pages if page.page is not None]
    rest = sum(page.online for page in pages) - sum(page.online for page in listed[:PAGE_ROWS])
    most = max((page.online for page in pages), default=1)
    rows = [
        PageRow(
            page.page or "", page.title or "", formats.count(page.online), f"{100 * page.online / most:.4g}%"
        )
        for page in listed[:PAGE_ROWS]
    ]
    if rest:
        label = formats.words.dashboard["other_pages"]
        rows.append(PageRow(label, "", formats.count(rest), f"{min(100, 100 * rest / most):.4g}%"))
    return tuple(rows)


def _facts(counts: Counts, of_year: Peak | None, formats: Formats) -> tuple[Fact, ...]:
    words = formats.words.dashboard
    facts = [Fact(words["visits_today"], formats.count(counts.figures[Item.TODAY]), "")]
    peaks = (("peak_today", counts.peak_today), ("peak_year", of_year), ("peak_ever", counts.peak))
    for label, peak in peaks:
        if peak is not None:
            clock = f"{peak.at:%H:%M}"
            when = clock if label == "peak_today" else f"{formats.day(peak.at.date())} {clock}"
            facts.append(Fact(words[label], formats.count(peak.online), when))
    return tuple(facts)
