"""Panels: a breakdown each, with tabs, bars, and rows that filter everything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from analytics_service.domain.answers import Breakdown, Row
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import Filter, Operator, format_filter
from analytics_service.domain.query import Measure, default_metrics
from analytics_service.errors import AnalyticsError, NotKept, TooHeavy
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.formats import Formats, load_names
from analytics_service.web.dashboard.source_marks import SourceMark, mark_source
from analytics_service.web.dashboard.tiles import write_measure

ROWS = 7
PANELS: Mapping[str, tuple[Dimension, ...]] = {
    "sources": (Dimension.CHANNEL, Dimension.SOURCE, Dimension.CAMPAIGN),
    "pages": (Dimension.PAGE, Dimension.ENTRY_PAGE, Dimension.EXIT_PAGE),
    "locations": (Dimension.REGION, Dimension.COUNTRY, Dimension.CITY),
    "devices": (Dimension.DEVICE, Dimension.BROWSER, Dimension.SYSTEM),
    "events_panel": (Dimension.EVENT,),
}
"""The panels by the parameter that chooses their tab."""
FIRST_TABS = {
    "sources": Dimension.SOURCE,
    "pages": Dimension.PAGE,
    "locations": Dimension.REGION,
    "devices": Dimension.BROWSER,
    "events_panel": Dimension.EVENT,
}
TONES = {
    "sources": "tone1",
    "pages": "tone2",
    "locations": "tone3",
    "devices": "tone4",
    "events_panel": "tone5",
}
DETAIL = ("detail", "search", "sort", "cursor")
"""The parameters of a drawer."""
_PAGES = (Dimension.PAGE, Dimension.ENTRY_PAGE, Dimension.EXIT_PAGE)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of a panel's dimensions."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A value with its figures; `href` filters by it and `exclude` leaves it out, both empty for `other`."""

    label: str
    title: str
    href: str
    exclude: str
    figures: tuple[str, ...]
    share: str
    width: str
    opens: str = ""
    mark: SourceMark | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a part is not there, and what its reader may do about it."""

    text: str
    action: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel as the template shows it."""

    name: str
    title: str
    tone: str
    tabs: tuple[Tab, ...]
    column: str
    figure: str
    rows: tuple[PanelRow, ...] = ()
    more: str = ""
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class PanelContext:
    """What every panel of a page needs: where it is, how figures are written, and the site's address."""

    address: Address
    formats: Formats
    language: str
    domain: str


def choose_tab(name: str, address: Address) -> Dimension:
    """Returns the dimension that a panel shows: the one in the address, where the panel has it."""
    wanted = address.get(name)
    return next((one for one in PANELS[name] if one.word == wanted), FIRST_TABS[name])


def make_panel(
    name: str,
    dimension: Dimension,
    answer: Breakdown | AnalyticsError,
    context: PanelContext,
    totals: Mapping[Measure, float | None],
) -> Panel:
    """Returns a panel with its first rows, or with what went wrong in it alone."""
    words = context.formats.words.dashboard
    measure = default_metrics(dimension)[0]
    found = isinstance(answer, Breakdown)
    rows: tuple[PanelRow, ...] = ()
    if isinstance(answer, Breakdown):
        rows = make_rows(answer, dimension, (measure,), context, totals)[:ROWS]
    return Panel(
        name=name,
        title=words[name],
        tone=TONES[name],
        tabs=make_tabs(name, dimension, context),
        column="URL" if dimension in _PAGES else words[f"dimension_{dimension.word}"],
        figure=words[f"{measure.value}_short"],
        rows=rows,
        more=str(context.address.without(*DETAIL).having(detail=name)) if found and rows else "",
        trouble=None if isinstance(answer, Breakdown) else describe_trouble(answer, context),
    )


def make_tabs(name: str, dimension: Dimension, context: PanelContext) -> tuple[Tab, ...]:
    """Returns the tabs of a panel; one alone is none."""
    base = context.address.without("sort", "cursor", "search")
    return tuple(
        Tab(
            context.formats.words.dashboard[f"tab_{one.word}"],
            str(base.having(**{name: one.word})),
            one is dimension,
        )
        for one in PANELS[name]
        if len(PANELS[name]) > 1
    )


def describe_trouble(error: AnalyticsError, context: PanelContext) -> Trouble:
    """Returns what a part says that could not be answered."""
    words, formats = context.formats.words.dashboard, context.formats
    match error:
        case NotKept():
            first, last = error.nearest
            nearest = context.address.without("period", "cursor").having(from_=str(first), to=str(last))
            text = words["not_kept"].format(day=formats.day(error.kept_since))
            return Trouble(text, words["show_kept"].format(day=formats.day(first)), str(nearest))
        case TooHeavy():
            return Trouble(words["too_heavy"], words["retry"], str(context.address))
    return Trouble(words["panel_error"], words["retry"], str(context.address))


def make_rows(
    answer: Breakdown,
    dimension: Dimension,
    measures: tuple[Measure, ...],
    context: PanelContext,
    totals: Mapping[Measure, float | None],
) -> tuple[PanelRow, ...]:
    """Returns the rows of an answer; bars are as long as their part of the longest."""
    first = measures[0]
    most = max((row.values[first] or 0 for row in answer.rows), default=0) or 1
    return tuple(_row(row, dimension, measures, context, (totals.get(first), most)) for row in answer.rows)


def _row(
    row: Row,
    dimension: Dimension,
    measures: tuple[Measure, ...],
    context: PanelContext,
    of: tuple[float | None, float],
) -> PanelRow:
    number = row.values[measures[0]] or 0
    href = exclude = ""
    # What a day had no room for is no value that could be asked for.
    can_filter = not row.is_other and (
        row.value is not None or dimension not in (Dimension.PAGE, Dimension.EVENT)
    )
    if can_filter:
        base = context.address.without(*DETAIL)
        href = str(base.with_filter(format_filter(Filter(dimension, Operator.IS, (row.value,)))))
        exclude = str(base.with_filter(format_filter(Filter(dimension, Operator.NOT, (row.value,)))))
    is_page = dimension in _PAGES and row.value is not None and not row.is_other
    return PanelRow(
        label=name_value(row, dimension, context),
        title=row.title or "",
        href=href,
        exclude=exclude,
        figures=tuple(write_measure(one, row.values[one], context.formats) for one in measures),
        share=context.formats.percent(number / of[0]) if of[0] else "",
        width=f"{max(100 * number / of[1], 0.5):.4g}%",
        opens=f"https://{context.domain}{quote(row.value or '/', safe='/%?=&:@;,+~')}" if is_page else "",
        mark=mark_source(row.value) if dimension is Dimension.SOURCE and not row.is_other else None,
    )


def name_value(row: Row, dimension: Dimension, context: PanelContext) -> str:
    """Returns what a row is called."""
    words = context.formats.words.dashboard
    if row.is_other:
        return words["other_values"]
    return write_value(row.value, dimension, words, context.language)


def write_value(value: str | None, dimension: Dimension, words: Mapping[str, str], language: str) -> str:
    """Returns a value of a dimension in the reader's words where we have some."""
    if not value:
        return words["direct" if dimension is Dimension.SOURCE else "unknown"]
    match dimension:
        case Dimension.CHANNEL | Dimension.DEVICE:
            return words.get(f"{dimension.word}_{value}", value)
        case Dimension.COUNTRY:
            return load_names(language).countries.get(value, value)
        case Dimension.LANGUAGE:
            return load_names(language).languages.get(value, value)
    return value
