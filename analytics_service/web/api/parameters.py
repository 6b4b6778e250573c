"""What the document says of each parameter: what it is for, what is allowed, and an example."""

from typing import Any

from analytics_service.domain.buckets import Interval
from analytics_service.domain.comparisons import Earlier
from analytics_service.domain.counter import Item, Span
from analytics_service.domain.dimensions import BROKEN_DOWN
from analytics_service.domain.filters import DIMENSIONS, MAX_FILTERS, Operator
from analytics_service.domain.period_forms import DEFAULT_PERIOD, Named
from analytics_service.domain.query import DEFAULT_LIMIT, MAX_LIMIT, MEASURES
from analytics_service.domain.urls import PATH_LIMIT, QUERY_LIMIT
from analytics_service.web.api import site_answers
from analytics_service.web.api.call import SITES_LIMIT
from analytics_service.web.api.operations import Entry
from analytics_service.web.public.counter_query import METRICS

Json = dict[str, Any]
Described = tuple[str, Json]
_WORDS = {"type": "string"}
_LIST = {"style": "form", "explode": False}
"""Written with commas between."""

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CALENDAR = "[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?|-W[0-9]{2})?"
_DAY_OR_INSTANT = f"^{_DAY}(?:[Tt][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}.*)?$"
_FILTER = f"^(?:{'|'.join(DIMENSIONS)}|property:[^:]+):(?:{'|'.join(Operator)}):"

PARAMETERS: dict[str, Described] = {
    "sites": (
        "Sites with commas between; without it, all that the key may see.",
        {"type": "array", "items": {**_WORDS, "minLength": 1}, "minItems": 1, "maxItems": SITES_LIMIT},
    ),
    "period": (
        f"{', '.join(Named)}; or a day, ISO week, month or year, such as 2026-11-22, 2026-W47, 2026-11 and "
        "2026. Not beside from and to.",
        {**_WORDS, "pattern": f"^(?:{'|'.join(Named)}|{_CALENDAR})$", "default": DEFAULT_PERIOD.value},
    ),
    "from": (
        "First day, or begin of the first hour as an RFC 3339 instant; with to, instead of period.",
        {**_WORDS, "pattern": _DAY_OR_INSTANT},
    ),
    "to": (
        "Last day, included, or end of the last hour as an RFC 3339 instant; with from.",
        {**_WORDS, "pattern": _DAY_OR_INSTANT},
    ),
    "compare": (
        "previous, year, or the days of another period.",
        {**_WORDS, "pattern": f"^(?:{'|'.join(Earlier)}|{_DAY}/{_DAY}|{_CALENDAR})$"},
    ),
    "filter": (
        "DIMENSION:is|not|contains|starts:VALUE|VALUE; all filters must fit, and one value of each. "
        "\\| and \\: are the signs themselves.",
        {"type": "array", "items": {**_WORDS, "pattern": _FILTER}, "maxItems": MAX_FILTERS},
    ),
    "metrics": (
        "Metrics and rates with commas between.",
        {"type": "array", "items": {"type": "string", "enum": list(MEASURES)}, "minItems": 1},
    ),
    "interval": (
        "How wide buckets are; minute with period=today: the last 30 minutes.",
        {"type": "string", "enum": [one.value for one in Interval]},
    ),
    "sort": (
        "One of the metrics that are asked for; - before it: the largest first.",
        {"type": "string", "enum": [sign + one for one in MEASURES for sign in ("-", "")]},
    ),
    "limit": (
        "How many rows a page has.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "cursor": ("meta.next_cursor of the page before.", {**_WORDS, "pattern": "^[A-Za-z0-9_-]{24,}$"}),
    "path": ("The path of a page.", {**_WORDS, "pattern": "^/", "maxLength": PATH_LIMIT + QUERY_LIMIT}),
    "by": (
        "page: the pages that visitors are on now, at most limit of them. Not beside path.",
        {"type": "string", "enum": ["page"]},
    ),
    "items": (
        "Figures with commas between; without it, online, today, week and total. No peak beside path.",
        {"type": "array", "items": {"type": "string", "enum": [one.value for one in Item]}, "minItems": 1},
    ),
    "metric": (
        "What is counted; beside path, page views only.",
        {"type": "string", "enum": [one.value for one in METRICS]},
    ),
    "series": ("Also one number for each of the last days.", {"type": "string", "enum": list(Span)}),
}
_OWN: dict[tuple[type, str], Described] = {
    (site_answers.Drops, "from"): (
        "First day; six days ago without it.",
        {"type": "string", "format": "date"},
    ),
}
_IN_PATH: dict[str, Described] = {
    "site": ("Public id, UUID, number or domain.", _WORDS),
    "dimension": ("What rows are by.", {"type": "string", "enum": [one.word for one in BROKEN_DOWN]}),
}


def describe_parameters(entry: Entry) -> list[Json]:
    """Returns the parameters of an operation, those of its path first."""
    in_path = [name for name in _IN_PATH if f"{{{name}}}" in entry.path]
    return [
        *(_describe(name, "path", _IN_PATH[name]) for name in in_path),
        *(
            _describe(name, "query", _OWN.get((entry.answer, name), PARAMETERS[name]))
            for name in entry.parameters
        ),
    ]


def _describe(name: str, place: str, described: Described) -> Json:
    description, schema = described
    parameter: Json = {"name": name, "in": place, "description": description, "schema": schema}
    if place == "path":
        parameter["required"] = True
    elif schema["type"] == "array" and name != "filter":
        parameter |= _LIST
    return parameter
