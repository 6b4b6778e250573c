"""Answers as plain values, in the one form that API and command line print as JSON."""

from collections.abc import Callable, Sequence
from datetime import datetime

from analytics_service.domain.answers import Breakdown, Change, Line, Meta, Point, Row, Totals, Values
from analytics_service.domain.filters import format_filter
from analytics_service.domain.query import Query
from analytics_service.domain.ranges import Range
from analytics_service.domain.site import Site

Form = dict[str, object]
FormLine = Callable[[Line], Form]


def form_totals(answer: Totals, query: Query, sites: Sequence[Site]) -> Form:
    """Returns totals: of one site its figures, of several each site's by its public id, and all combined."""
    return _form(answer, query, sites, _totals_of)


def form_series(answer: Totals, query: Query, sites: Sequence[Site]) -> Form:
    """Returns series: a list of buckets for one site, and for several one for each site and one for all."""
    return _form(answer, query, sites, _series_of)


def form_breakdown(answer: Breakdown, query: Query, sites: Sequence[Site]) -> Form:
    """Returns a page of rows, how many there are in all, and the cursor of the next page."""
    return {
        "query": _form_query(query, sites, answer.period),
        "results": [_form_row(row, query) for row in answer.rows],
        "meta": {
            "total_rows": answer.total_rows,
            "next_cursor": answer.next_cursor,
            **form_meta(answer.meta),
        },
    }


def form_meta(meta: Meta) -> Form:
    """Returns what is said about an answer besides its figures."""
    return {
        "complete": meta.complete,
        "kept_since": meta.kept_since.isoformat() if meta.kept_since else None,
        "imported": meta.imported,
        "opening_balance": dict(meta.opening_balance),
        "visitors_are": meta.visitors_are,
        "additive": list(meta.additive),
        "unknown": list(meta.unknown),
    }


def _form(answer: Totals, query: Query, sites: Sequence[Site], form_line: FormLine) -> Form:
    lines = [answer.sites[site.number] for site in sites]
    form: Form = {"query": _form_query(query, sites, lines[0].period)}
    if answer.combined is None:
        form |= form_line(lines[0])
    else:
        form["sites"] = [
            {"site": site.public_id, **form_line(line)} for site, line in zip(sites, lines, strict=True)
        ]
        form["combined"] = form_line(answer.combined)
    return form | {"meta": form_meta(answer.meta)}


def _totals_of(line: Line) -> Form:
    return {"results": dict(line.results), "comparison": _form_change(line.comparison)}


def _series_of(line: Line) -> Form:
    compared = [None if point is None else _form_point(point) for point in line.compared_points]
    return {
        "results": [_form_point(point) for point in line.points],
        "comparison": compared or None,
    }


def _form_query(query: Query, sites: Sequence[Site], period: Range | None) -> Form:
    form: Form = {
        "from": form_instant(period.start) if period and len(sites) == 1 else None,
        "to": form_instant(period.end) if period and len(sites) == 1 else None,
        "timezone": sites[0].zone if len(sites) == 1 else None,
        "filters": [format_filter(one) for one in query.filters],
        "metrics": list(query.metrics),
    }
    return form if len(sites) == 1 else form | {"sites": [site.public_id for site in sites]}


def form_instant(at: datetime) -> str:
    """Returns an instant as in RFC 3339, with its offset."""
    return at.isoformat(timespec="seconds")


def _form_change(change: Change | None) -> Form | None:
    if change is None:
        return None
    return {
        "from": form_instant(change.period.start),
        "to": form_instant(change.period.end),
        "results": dict(change.results),
        "change": dict(change.change),
    }


def _form_point(point: Point) -> Form:
    return {
        "start": form_instant(point.start),
        "end": form_instant(point.end),
        "complete": point.complete,
        **_named(point.values),
    }


def _form_row(row: Row, query: Query) -> Form:
    word = query.dimension.word if query.dimension is not None else "value"
    form: Form = {word: row.value}
    if row.title is not None:
        form["title"] = row.title
    form |= {**_named(row.values), "is_other": row.is_other}
    if row.comparison is not None:
        form |= {"comparison": dict(row.comparison), "change": dict(row.change or {})}
    return form


def _named(values: Values) -> Form:
    return {measure.value: value for measure, value in values.items()}
