"""Answers with figures: totals, series, breakdowns and the overview, of one site or several."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from analytics_service.domain.answers import Breakdown, Overview, Totals
from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Question
from analytics_service.domain.metrics import Metric
from analytics_service.domain.query import Query, parse_dimension, parse_query
from analytics_service.domain.site import Site
from analytics_service.errors import AnalyticsError
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.forms import Form, form_breakdown, form_series, form_totals
from analytics_service.reporting.overview import answer_overview
from analytics_service.reporting.totals import answer_totals
from analytics_service.web.api.call import SITES, Call, Reply
from analytics_service.web.errors import error_response

PERIOD = ("period", "from", "to", "compare", "filter", "metrics")
SERIES = (*PERIOD, "interval")
ROWS = (*PERIOD, "sort", "limit", "cursor")
OVERVIEW = (*PERIOD, "interval", "limit")
PANEL_LIMIT = 10
COUNTER = (Item.ONLINE, Item.TODAY, Item.WEEK, Item.TOTAL)


async def read_counts(call: Call) -> Reply:
    """Returns the totals of the path's site. Raises BadParameter, NotKept, Unavailable."""
    return await _reply(call, [call.require_site()], PERIOD, series=False)


async def read_timeseries(call: Call) -> Reply:
    """Returns the buckets of the path's site. Raises BadParameter, NotKept, Unavailable."""
    return await _reply(call, [call.require_site()], SERIES, series=True)


async def read_counts_of_sites(call: Call) -> Reply:
    """Returns totals of several sites, and of all together. Raises BadParameter, UnknownSite, Unavailable."""
    return await _reply(call, call.wanted_sites(), (*PERIOD, SITES), series=False)


async def read_timeseries_of_sites(call: Call) -> Reply:
    """Returns series of several sites, and of all together. Raises BadParameter, UnknownSite, Unavailable."""
    return await _reply(call, call.wanted_sites(), (*SERIES, SITES), series=True)


async def read_breakdown(call: Call) -> Reply:
    """Returns a page of rows by the path's dimension. Raises BadParameter, NotKept, Unavailable."""
    site = call.require_site()
    query = _parse(call, [site], ROWS, dimension=call.words["dimension"])
    api = call.services.api
    answer = await answer_breakdown(api.answers, api.turns, [site], query, call.at)
    return Reply(form_breakdown(answer, query, [site]), answer.next_cursor)


async def read_overview(call: Call) -> Reply:
    """Returns totals, series, panels and counter of the path's site. Raises BadParameter, Unavailable."""
    site = call.require_site()
    form = await _overview(call, [site], OVERVIEW)
    counts = await call.services.reporter.counts(site, Question(COUNTER, Metric.VISITS), call.at)
    counter = {item.value: figure for item, figure in counts.figures.items()}
    return Reply({**form, "counter": counter})


async def read_overview_of_sites(call: Call) -> Reply:
    """Returns totals, series and panels of several sites. Raises BadParameter, UnknownSite, Unavailable."""
    return Reply(await _overview(call, call.wanted_sites(), (*OVERVIEW, SITES)))


def _parse(call: Call, sites: Sequence[Site], allowed: Sequence[str], dimension: str | None = None) -> Query:
    given = {name: values for name, values in call.given.items() if name != SITES}
    by = parse_dimension(dimension) if dimension is not None else None
    return parse_query(tuple(site.number for site in sites), given, by, allowed)


async def _reply(call: Call, sites: Sequence[Site], allowed: Sequence[str], *, series: bool) -> Reply:
    query = _parse(call, sites, allowed)
    api = call.services.api
    answer = await answer_totals(api.answers, api.turns, sites, query, call.at, series=series)
    form = (form_series if series else form_totals)(answer, query, sites)
    return Reply(form if SITES not in allowed else _spread(form, sites))


def _spread(form: Form, sites: Sequence[Site]) -> Form:
    """Returns the form of several sites, also where only one was wanted."""
    if SITES in form:
        return form
    line = {name: value for name, value in form.items() if name not in ("query", "meta")}
    query = {**_as_form(form["query"]), "sites": [site.public_id for site in sites]}
    return {
        "query": query,
        "sites": [{"site": sites[0].public_id, **line}],
        "combined": line,
        "meta": form["meta"],
    }


def _as_form(value: object) -> Form:
    return value if isinstance(value, dict) else {}


async def _overview(call: Call, sites: Sequence[Site], allowed: Sequence[str]) -> Form:
    query = _parse(call, sites, allowed)
    if "limit" not in call.given:
        query = replace(query, limit=PANEL_LIMIT)
    api = call.services.api
    answer = await answer_overview(api.answers, api.turns, sites, query, call.at)
    return {
        **_totals_and_series(answer, call, query, sites),
        "panels": {
            name: _panel(panel, call, replace(query, dimension=parse_dimension(name)), sites)
            for name, panel in answer.panels.items()
        },
    }


def _totals_and_series(answer: Overview, call: Call, query: Query, sites: Sequence[Site]) -> Form:
    """Returns both as their own routes would, or the problem of both."""
    totals = answer.totals
    if not isinstance(totals, Totals):
        failed = {"problem": form_problem(totals, call.path)}
        return {"totals": failed, "timeseries": failed}
    both = (form_totals(totals, query, sites), form_series(totals, query, sites))
    if call.site is None:
        both = (_spread(both[0], sites), _spread(both[1], sites))
    return {"totals": both[0], "timeseries": both[1]}


def _panel(panel: Breakdown | AnalyticsError, call: Call, query: Query, sites: Sequence[Site]) -> Form:
    if isinstance(panel, Breakdown):
        return form_breakdown(panel, query, sites)
    return {"problem": form_problem(panel, call.path)}


def form_problem(error: AnalyticsError, path: str) -> Form:
    """Returns the problem that would be the whole answer, had only this been wanted."""
    problem: Form = msgspec.json.decode(bytes(error_response(error, path).body))
    return problem
