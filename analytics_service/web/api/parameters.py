"""What the document says of each parameter: what it is for, what is allowed, and an example."""

from typing import Any

from analytics_service.domain.buckets import Interval
from analytics_service.domain.counter import Item, Span
from analytics_service.domain.dimensions import BROKEN_DOWN
from analytics_service.domain.query import DEFAULT_LIMIT, MAX_LIMIT, MEASURES
from analytics_service.web.api import site_answers
from analytics_service.web.api.operations import Entry
from analytics_service.web.public.counter_query import METRICS

Json = dict[str, Any]
Described = tuple[str, Json]
_WORDS = {"type": "string"}
_LIST = {"style": "form", "explode": False}
"""Written with commas between."""

PARAMETERS: dict[str, Described] = {
    "sites": (
        "Sites with commas between; without it, all that the key may see.",
        {"type": "array", "items": _WORDS, "minItems": 1, "maxItems": 100},
    ),
    "period": (
        "today, yesterday, week, last_week, month, last_month, year, 7d, 28d, 30d, 91d, 12mo, all; "
        "or a day, ISO week, month or year, such as 2026-11-22, 2026-W47, 2026-11, 2026.",
        {**_WORDS, "default": "28d"},
    ),
    "from": ("First day, or begin of the first hour as an RFC 3339 instant; instead of period.", _WORDS),
    "to": ("Last day, included, or end of the last hour as an RFC 3339 instant.", _WORDS),
    "compare": ("previous, year, or two dates.", _WORDS),
    "filter": (
        "DIMENSION:is|not|contains|starts:VALUE|VALUE; all filters must fit, and one value of each.",
        {"type": "array", "items": _WORDS},
    ),
    "metrics": (
        "Metrics and rates with commas between.",
        {"type": "array", "items": {"type": "string", "enum": list(MEASURES)}},
    ),
    "interval": ("How wide buckets are.", {"type": "string", "enum": [one.value for one in Interval]}),
    "sort": ("One of the metrics; - before it: the largest first.", _WORDS),
    "limit": (
        "How many rows a page has.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "cursor": ("meta.next_cursor of the page before.", _WORDS),
    "path": ("The path of a page.", {**_WORDS, "pattern": "^/"}),
    "by": ("page: the pages that visitors are on now.", {"type": "string", "enum": ["page"]}),
    "items": (
        "Figures with commas between; without it, online, today, week and total.",
        {"type": "array", "items": {"type": "string", "enum": [one.value for one in Item]}},
    ),
    "metric": (
        "What is counted.",
        {"type": "string", "enum": [one.value for one in METRICS], "default": METRICS[0].value},
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
