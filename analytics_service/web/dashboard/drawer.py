"""The drawer of a panel: all rows, searched, sorted, page by page, and as CSV."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analytics_service.domain.answers import Breakdown, Totals
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import Filter, Operator
from analytics_service.domain.metrics import Metric
from analytics_service.domain.query import Measure, Query, Rate, Sort, parse_sort
from analytics_service.domain.site import Site
from analytics_service.errors import AnalyticsError, BadParameter
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.tables import Cell, format_csv, tabulate_rows
from analytics_service.reporting.totals import answer_totals
from analytics_service.web.dashboard.address import Address, Pairs
from analytics_service.web.dashboard.call import page_words
from analytics_service.web.dashboard.overview import make_context
from analytics_service.web.dashboard.panels import (
    DETAIL,
    PANELS,
    TONES,
    PanelContext,
    PanelRow,
    Tab,
    Trouble,
    choose_tab,
    describe_trouble,
    make_rows,
    make_tabs,
)
from analytics_service.web.dashboard.problems import describe_problem
from analytics_service.web.dashboard.viewer import Viewer, site_path

PAGE_ROWS = 100
CSV_PAGE, CSV_ROWS = 1000, 20_000
_OF_PAGES: tuple[Measure, ...] = (Metric.PAGEVIEWS, Metric.VISITS)
_OF_VISITS: tuple[Measure, ...] = (
    Metric.VISITS,
    Metric.PAGEVIEWS,
    Rate.BOUNCE_RATE,
    Rate.ENGAGED_SECONDS_PER_VISIT,
)
_COLUMNS: Mapping[Dimension, tuple[Measure, ...]] = {
    Dimension.PAGE: _OF_PAGES,
    Dimension.EVENT: (Metric.EVENTS, Metric.VISITS),
}
_SHORT = {"visits", "pageviews", "events"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column that can be sorted by; `order` is ascending, descending or none."""

    label: str
    href: str
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """A drawer as the template shows it."""

    title: str
    tone: str
    column: str
    tabs: tuple[Tab, ...]
    close: str
    search: str
    hidden: Pairs
    csv: str
    heads: tuple[Head, ...] = ()
    rows: tuple[PanelRow, ...] = ()
    rows_of: str = ""
    next: str = ""
    first: str = ""
    trouble: Trouble | None = None


def read_rows_query(query: Query, dimension: Dimension, address: Address) -> Query:
    """Returns the question of a drawer. Raises BadParameter."""
    measures = _COLUMNS.get(dimension, _OF_VISITS)
    searched: tuple[Filter, ...] = ()
    if text := address.get("search").strip()[:200]:
        searched = (Filter(dimension, Operator.CONTAINS, (text,)),)
    sort = Sort(measures[0], descending=True)
    if wanted := address.get("sort"):
        sort = parse_sort(wanted, measures)
    return replace(
        query,
        dimension=dimension,
        metrics=measures,
        filters=(*query.filters, *searched),
        sort=sort,
        comparison=None,
        interval=None,
        limit=PAGE_ROWS,
        cursor=address.get("cursor") or None,
    )


async def read_drawer(viewer: Viewer, site: Site, query: Query, address: Address) -> Drawer | None:
    """Returns the drawer that an address opens, with its trouble where it cannot be filled; None for none."""
    name = address.get("detail")
    if name not in PANELS:
        return None
    dimension = choose_tab(name, address)
    context = make_context(viewer, site, address)
    empty = _empty_drawer(viewer, site, name, dimension, context)
    try:
        rows_query = read_rows_query(query, dimension, address)
        api = viewer.services.api
        answer = await answer_breakdown(api.answers, api.turns, [site], rows_query, viewer.at)
        whole = replace(query, comparison=None, interval=None)
        totals = await answer_totals(api.answers, api.turns, [site], whole, viewer.at)
    except BadParameter as error:
        if error.parameter != "cursor":
            sentence = describe_problem(error, page_words(viewer.language), "bad_address")
            return replace(empty, trouble=Trouble(sentence))
        words = context.formats.words.dashboard
        start = str(address.without("cursor"))
        return replace(empty, trouble=Trouble(words["cursor_gone"], words["first_page"], start))
    except AnalyticsError as error:
        return replace(empty, trouble=describe_trouble(error, context))
    return _fill(empty, rows_query, answer, totals, context, site=site)


def _empty_drawer(
    viewer: Viewer, site: Site, name: str, dimension: Dimension, context: PanelContext
) -> Drawer:
    address, words = context.address, context.formats.words.dashboard
    return Drawer(
        title=words[name],
        tone=TONES[name],
        column=words[f"dimension_{dimension.word}"],
        tabs=make_tabs(name, dimension, context),
        close=str(address.without(*DETAIL)),
        search=address.get("search"),
        hidden=address.without("search", "cursor").pairs,
        csv=str(address.without("cursor").at(site_path(viewer, site, "rows.csv"))),
    )


def _fill(
    empty: Drawer, query: Query, answer: Breakdown, totals: Totals, context: PanelContext, *, site: Site
) -> Drawer:
    address, formats = context.address, context.formats
    words = formats.words.dashboard
    results = totals.sites[site.number].results
    dimension = query.dimension or Dimension.PAGE
    count = len(answer.rows)
    following = address.having(cursor=answer.next_cursor) if answer.next_cursor else None
    return replace(
        empty,
        heads=tuple(_head(one, query.sorting, address, words) for one in query.metrics),
        rows=make_rows(answer, dimension, query.metrics, context, results),
        rows_of=words["rows_in_all"].format(
            count=formats.count(count), total=formats.count(answer.total_rows)
        ),
        next=str(following) if following is not None else "",
        first=str(address.without("cursor")) if query.cursor else "",
    )


def _head(measure: Measure, sort: Sort, address: Address, words: Mapping[str, str]) -> Head:
    is_sorted = sort.measure is measure
    descending = not (is_sorted and sort.descending)
    href = address.without("cursor").having(sort=f"{'-' if descending else ''}{measure.value}")
    order = ("descending" if sort.descending else "ascending") if is_sorted else "none"
    name = f"{measure.value}_short" if measure.value in _SHORT else measure.value
    return Head(words[name], str(href), order)


async def write_rows(viewer: Viewer, site: Site, query: Query, address: Address) -> str:
    """Returns all rows that a drawer lists as CSV, 20,000 at most. Raises BadParameter, NotKept, TooHeavy."""
    name = address.get("detail")
    if name not in PANELS:
        raise BadParameter("detail", "enum", "names no panel", tuple(PANELS))
    rows_query = replace(
        read_rows_query(query, choose_tab(name, address), address.without("cursor")), limit=CSV_PAGE
    )
    api = viewer.services.api
    header: tuple[str, ...] = ()
    rows: list[tuple[Cell, ...]] = []
    while True:
        answer = await answer_breakdown(api.answers, api.turns, [site], rows_query, viewer.at)
        table = tabulate_rows(answer, rows_query)
        header = table.header
        rows += table.rows
        if answer.next_cursor is None or len(rows) >= CSV_ROWS:
            return format_csv(header, rows)
        rows_query = replace(rows_query, cursor=answer.next_cursor)
