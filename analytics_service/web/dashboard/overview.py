"""The overview of a site: one question of all figures, and what its page shows of the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analytics_service.domain.answers import Breakdown, Line, Totals
from analytics_service.domain.buckets import Interval, default_interval
from analytics_service.domain.comparisons import Earlier
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.metrics import Metric
from analytics_service.domain.query import Measure, Query, default_metrics, parse_query
from analytics_service.domain.ranges import Range
from analytics_service.domain.site import Site
from analytics_service.errors import AnalyticsError
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.overview import answer_overview
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.chart import Chart, Note, make_chart
from analytics_service.web.dashboard.panels import (
    PANELS,
    ROWS,
    Panel,
    PanelContext,
    Trouble,
    choose_tab,
    describe_trouble,
    make_panel,
)
from analytics_service.web.dashboard.range_menu import Choice
from analytics_service.web.dashboard.tiles import TILES, Tile, choose_measure, make_tiles
from analytics_service.web.dashboard.viewer import Viewer

QUESTION = ("period", "from", "to", "compare", "filter", "interval")
NO_COMPARISON = "none"
MEASURES: tuple[Measure, ...] = (*TILES, Metric.EVENTS)
_OF_HOURS = (Interval.HOUR,)
_OF_DAYS = (Interval.DAY, Interval.WEEK, Interval.MONTH)


@dataclass(frozen=True, slots=True)
class Figures:
    """Tiles and chart, or what went wrong with both."""

    tiles: tuple[Tile, ...] = ()
    chart: Chart | None = None
    intervals: tuple[Choice, ...] = ()
    interval: str = ""
    is_empty: bool = False
    trouble: Trouble | None = None
    versus: str = ""


def read_query(site: Site, address: Address) -> Query:
    """Returns the question that an address asks: compared with the days before, unless it says otherwise.

    Raises BadParameter.
    """
    given = {name: values for name, values in address.given.items() if name in QUESTION}
    compare = address.get("compare", Earlier.PREVIOUS.value)
    given["compare"] = [compare]
    if compare == NO_COMPARISON:
        del given["compare"]
    query = parse_query((site.number,), given, None, QUESTION)
    return replace(query, metrics=MEASURES, limit=ROWS)


async def read_overview(
    viewer: Viewer, site: Site, query: Query, address: Address, notes: Sequence[Note]
) -> tuple[Figures, tuple[Panel, ...]]:
    """Returns the figures of the page, each part with its own trouble. Raises BadParameter."""
    shown_tabs = {name: choose_tab(name, address) for name in PANELS}
    api = viewer.services.api
    overview = await answer_overview(
        api.answers,
        api.turns,
        [site],
        query,
        viewer.at,
        panels=tuple(shown_tabs.values()),
        compares_panels=False,
    )
    context = make_context(viewer, site, address)
    totals: Mapping[Measure, float | None] = {}
    if isinstance(overview.totals, Totals):
        totals = overview.totals.sites[site.number].results
        figures = _figures(viewer, site, query, address, totals=overview.totals, notes=notes)
    else:
        figures = Figures(trouble=describe_trouble(overview.totals, context))
    answers = {name: overview.panels[dimension.word] for name, dimension in shown_tabs.items()}
    if "locations" not in address.given and not _has_values(answers["locations"]):
        # Provinces are known only where the operator has given a file of places; countries always are.
        shown_tabs["locations"] = Dimension.COUNTRY
        answers["locations"] = await _breakdown(viewer, site, query, Dimension.COUNTRY)
    panels = tuple(
        make_panel(name, shown_tabs[name], answer, context, totals)
        for name, answer in answers.items()
        if name != "events_panel" or not isinstance(answer, Breakdown) or answer.rows
    )
    return figures, panels


async def read_panel(viewer: Viewer, site: Site, query: Query, address: Address, name: str) -> Panel:
    """Returns one panel alone, with the totals that its parts are of."""
    dimension = choose_tab(name, address)
    api = viewer.services.api
    overview = await answer_overview(
        api.answers,
        api.turns,
        [site],
        replace(query, comparison=None),
        viewer.at,
        panels=(dimension,),
    )
    totals: Mapping[Measure, float | None] = {}
    if isinstance(overview.totals, Totals):
        totals = overview.totals.sites[site.number].results
    answer = overview.panels[dimension.word]
    return make_panel(name, dimension, answer, make_context(viewer, site, address), totals)


def make_context(viewer: Viewer, site: Site, address: Address) -> PanelContext:
    """Returns what panels and drawers of a page share."""
    return PanelContext(address, viewer.formats(site), viewer.language, site.domain)


def _has_values(answer: Breakdown | AnalyticsError) -> bool:
    return not isinstance(answer, Breakdown) or any(row.value is not None for row in answer.rows)


async def _breakdown(
    viewer: Viewer, site: Site, query: Query, dimension: Dimension
) -> Breakdown | AnalyticsError:
    api = viewer.services.api
    metrics = default_metrics(dimension)
    rows = replace(query, dimension=dimension, metrics=metrics, comparison=None, interval=None)
    try:
        return await answer_breakdown(api.answers, api.turns, [site], rows, viewer.at)
    except AnalyticsError as error:
        return error


def _figures(
    viewer: Viewer,
    site: Site,
    query: Query,
    address: Address,
    *,
    totals: Totals,
    notes: Sequence[Note],
) -> Figures:
    line: Line = totals.sites[site.number]
    formats = viewer.formats(site)
    measure = choose_measure(address.get("metrics"))
    words = formats.words.dashboard
    period = line.period
    interval = query.interval or (default_interval(period) if period else Interval.DAY)
    return Figures(
        tiles=make_tiles(line, measure, formats, visitors_are=totals.meta.visitors_are),
        chart=make_chart(line, measure, interval, formats, at=viewer.at, notes=notes),
        intervals=_intervals(period, interval, address, words),
        interval=words[f"interval_{interval.value}"],
        is_empty=not any(line.results[one] for one in (Metric.PAGEVIEWS, Metric.VISITS, Metric.EVENTS)),
        versus=_versus(query, line, words, formats.days),
    )


def _versus(query: Query, line: Line, words: Mapping[str, str], days: Any) -> str:
    if line.comparison is None:
        return ""
    if isinstance(query.comparison, Earlier):
        return words[f"vs_{query.comparison.value}"]
    period = line.comparison.period
    return words["vs_days"].format(days=days(period.first, period.last))


def _intervals(
    period: Range | None, interval: Interval, address: Address, words: Mapping[str, str]
) -> tuple[Choice, ...]:
    """Returns the intervals that give a chart of this period at least two points, and not too many."""
    if period is None:
        return ()
    days = (period.last - period.first).days + 1
    fitting = [
        one
        for one in (*_OF_HOURS, *_OF_DAYS)
        if one is interval
        or (one is Interval.HOUR and days <= 31)
        or (one is Interval.DAY and 1 < days <= 731)
        or (one is Interval.WEEK and days > 7)
        or (one is Interval.MONTH and days > 31)
    ]
    return tuple(
        Choice(words[f"interval_{one.value}"], str(address.having(interval=one.value)), "", one is interval)
        for one in fitting
    )
