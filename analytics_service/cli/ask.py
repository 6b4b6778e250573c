"""`ask`: any query about a site's figures, as a table, as JSON or as CSV."""

import asyncio
import sys
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

import typer

from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.folder import settings_in_use
from analytics_service.cli.options import Config, Data, Json, SiteName
from analytics_service.cli.text import format_json
from analytics_service.domain.answers import Breakdown, Meta, Totals
from analytics_service.domain.filters import PARAMETER
from analytics_service.domain.query import Query, parse_dimension, parse_query
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.ports.databases import Part
from analytics_service.ports.storage import Storage
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.forms import form_breakdown, form_series, form_totals
from analytics_service.reporting.queue import Turns
from analytics_service.reporting.tables import Cell, Table, format_csv, tabulate_line, tabulate_rows
from analytics_service.reporting.totals import answer_totals

TERMINAL_TIMEOUT = timedelta(minutes=2)
"""Whoever waits at a terminal can end the command themselves."""
UNKNOWN, WORD_WIDTH = "(unknown)", 60

Text = str | None


Period = Annotated[
    Text, typer.Option(help="today, 28d, last_month, 2026-11, 2026-W47 … [default: 28d].", metavar="PERIOD")
]
First = Annotated[Text, typer.Option("--from", help="First day, or begin of the first hour.", metavar="DAY")]
Last = Annotated[Text, typer.Option("--to", help="Last day, or end of the last hour.", metavar="DAY")]
By = Annotated[Text, typer.Option(help="List by source, page, country …", metavar="DIMENSION")]
Filters = Annotated[
    list[str] | None,
    typer.Option("--filter", help="DIMENSION:is|not|contains|starts:VALUE; repeatable.", metavar="FILTER"),
]
Metrics = Annotated[Text, typer.Option(help="visits,visitors,pageviews …", metavar="LIST")]
Width = Annotated[Text, typer.Option(help="A row for each hour, day, week or month.", metavar="INTERVAL")]
Against = Annotated[Text, typer.Option(help="previous, year, or dates.", metavar="PERIOD")]
Sorting = Annotated[Text, typer.Option(help="A metric; -visits: the largest first.", metavar="METRIC")]
Limit = Annotated[Text, typer.Option(help="Rows to list, 1 to 1000 [default: 100].", metavar="NUMBER")]
After = Annotated[Text, typer.Option(help="Go on after the page that named it.", metavar="CURSOR")]
Csv = Annotated[bool, typer.Option("--csv", help="Print a CSV file.")]


def ask(
    site: SiteName,
    period: Period = None,
    first: First = None,
    last: Last = None,
    by: By = None,
    condition: Filters = None,
    metrics: Metrics = None,
    interval: Width = None,
    compare: Against = None,
    sort: Sorting = None,
    limit: Limit = None,
    cursor: After = None,
    as_json: Json = False,
    as_csv: Csv = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Answer a query about a site: totals, --interval or --by."""
    if as_json and as_csv:
        raise BadParameter("csv", "value", "does not go with --json")
    settings = settings_in_use(data, config, Part.CONFIG, Part.STATS)
    storage = open_storage(settings.database)
    with storage.open_config() as stores:
        found = find_site(stores.sites, site, read_clock())
    given = {"period": period, "from": first, "to": last, "metrics": metrics, "interval": interval}
    given |= {"compare": compare, "sort": sort, "limit": limit, "cursor": cursor}
    query = _parse(found, given, condition or [], by)
    answer = asyncio.run(_answer(storage, found, query, read_clock()))
    if as_json:
        print(format_json(_form(answer, query, found)))
    else:
        _print(_tabulate(answer, query, found), as_csv=as_csv)
        _explain(answer)


def _parse(site: Site, given: Mapping[str, Text], conditions: list[str], by: Text) -> Query:
    parameters = {name: [text] for name, text in given.items() if text is not None}
    if conditions:
        parameters[PARAMETER] = conditions
    dimension = None if by is None else parse_dimension(by, "by")
    return parse_query((site.number,), parameters, dimension)


async def _answer(storage: Storage, site: Site, query: Query, at: datetime) -> Totals | Breakdown:
    turns = Turns(TERMINAL_TIMEOUT)
    async with storage.open_answers() as store:
        if query.dimension is not None:
            return await answer_breakdown(store, turns, [site], query, at)
        return await answer_totals(store, turns, [site], query, at, series=query.interval is not None)


def _form(answer: Totals | Breakdown, query: Query, site: Site) -> dict[str, object]:
    if isinstance(answer, Breakdown):
        return form_breakdown(answer, query, [site])
    return (form_totals if query.interval is None else form_series)(answer, query, [site])


def _tabulate(answer: Totals | Breakdown, query: Query, site: Site) -> Table:
    if isinstance(answer, Breakdown):
        return tabulate_rows(answer, query)
    return tabulate_line(answer.sites[site.number], query, series=query.interval is not None)


def _print(table: Table, *, as_csv: bool) -> None:
    """Prints CSV, or aligned columns: texts to the left, figures to the right."""
    if as_csv:
        print(format_csv(table.header, table.rows), end="")
        return
    lines = [table.header, *([_show(cell, place) for place, cell in enumerate(row)] for row in table.rows)]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(table.header))]
    is_text = [any(isinstance(row[place], str) for row in table.rows) for place in range(len(table.header))]
    for line in lines:
        cells = []
        for text, width, left in zip(line, widths, is_text, strict=True):
            padding = " " * (width - _width(text))
            cells.append(text + padding if left else padding + text)
        print("  ".join(cells).rstrip())


def _show(cell: Cell, place: int) -> str:
    """Returns a cell as a terminal may show it: what a visitor sent moves no cursor."""
    if cell is None:
        return UNKNOWN if place == 0 else "-"
    if isinstance(cell, float):
        return f"{cell:.4g}"
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in str(cell))
    return text if len(text) <= WORD_WIDTH else f"{text[: WORD_WIDTH - 1]}…"


def _width(text: str) -> int:
    """Returns the columns of a terminal that a text takes."""
    widths = (unicodedata.east_asian_width(sign) for sign in text if not unicodedata.combining(sign))
    return sum(2 if width in "WF" else 1 for width in widths)


def _explain(answer: Totals | Breakdown) -> None:
    meta: Meta = answer.meta
    notes = []
    if isinstance(answer, Breakdown) and answer.next_cursor:
        notes.append(f"{len(answer.rows)} of {answer.total_rows} rows; next: --cursor {answer.next_cursor}")
    if meta.visitors_are:
        notes.append(f"visitors are the {meta.visitors_are}")
    if meta.unknown:
        notes.append(f"not recorded: {', '.join(meta.unknown)}")
    if meta.opening_balance:
        balances = ", ".join(f"{value} {metric}" for metric, value in meta.opening_balance.items())
        notes.append(f"without the opening balance of {balances}")
    if not meta.complete:
        notes.append("the period is still running")
    for note in notes:
        print(note, file=sys.stderr)
