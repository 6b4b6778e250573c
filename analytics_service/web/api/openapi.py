"""The OpenAPI 3.1 document of the API, built from its table of operations and the types of its answers."""

from functools import cache
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.buckets import Interval
from analytics_service.domain.dimensions import BROKEN_DOWN
from analytics_service.domain.query import DEFAULT_LIMIT, MAX_LIMIT, MEASURES
from analytics_service.web.api import answers, site_answers
from analytics_service.web.api.operations import BASE, OPERATIONS, Operation
from analytics_service.web.headers import ANY_ORIGIN, digest_of, is_unchanged

Json = dict[str, Any]
VERSION = "1.0.0"
"""Of the contract: it only grows, and is not the release of the service."""
PROBLEMS = {
    "400": "A parameter is unknown or has no such value; the problem names it and what is allowed.",
    "401": "No key was shown, or none that is valid.",
    "403": "The key has no right to do this.",
    "404": "There is no such site, or none that this key may see.",
    "422": "The question needs days whose visits are no longer stored.",
    "429": "Too many requests: try again after Retry-After seconds.",
    "503": "The service cannot answer now, or the question takes too long.",
}
_WORDS = {"type": "string"}
PARAMETERS: dict[str, tuple[str, Json]] = {
    "sites": ("Sites with commas between; without it, all that the key may see.", _WORDS),
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
    "path": ("The path of a page.", _WORDS),
    "by": ("page: the pages that visitors are on now.", {"type": "string", "enum": ["page"]}),
}
_DROPS_FROM = ("First day; six days ago without it.", {"type": "string", "format": "date"})
_IN_PATH: dict[str, tuple[str, Json]] = {
    "site": ("Public id, UUID, number or domain.", _WORDS),
    "dimension": ("What rows are by.", {"type": "string", "enum": [one.word for one in BROKEN_DOWN]}),
}


@cache
def build_document() -> Json:
    """Returns the whole document as JSON values."""
    types = [*dict.fromkeys(operation.answer for operation in OPERATIONS), answers.Problem]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    by_type = dict(zip(types, schemas, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Counts API",
            "version": VERSION,
            "description": "Figures of your sites. A key is made with `analytics-service key add`.",
        },
        "security": [{"key": []}],
        "paths": {
            BASE + operation.path: {"get": _describe(operation, by_type[operation.answer])}
            for operation in OPERATIONS
        },
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {
                status: {
                    "description": text,
                    "content": {"application/problem+json": {"schema": by_type[answers.Problem]}},
                }
                for status, text in PROBLEMS.items()
            },
        },
    }


@cache
def encode_document() -> bytes:
    """Returns the document as indented JSON, as it is served and kept in `docs/openapi.json`."""
    return msgspec.json.format(msgspec.json.encode(build_document()), indent=2) + b"\n"


async def serve_document(request: Request) -> Response:
    """`GET /api/v1/openapi.json`: answers anybody with the document."""
    body = encode_document()
    headers = {**ANY_ORIGIN, "Cache-Control": "public, max-age=3600", "ETag": f'"o-{digest_of(body)}"'}
    if is_unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _describe(operation: Operation, schema: Json) -> Json:
    names = [name for name in _IN_PATH if f"{{{name}}}" in operation.path]
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            *(_describe_parameter(name, "path", _IN_PATH[name]) for name in names),
            *(_describe_parameter(name, "query", _own(operation, name)) for name in operation.parameters),
        ],
        "responses": {
            "200": {
                "description": operation.answer.__doc__,
                "headers": {"ETag": {"schema": _WORDS}, "Link": {"schema": _WORDS}},
                "content": {"application/json": {"schema": schema}},
            },
            "304": {"description": "The answer has not changed since the one with this ETag."},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in PROBLEMS},
        },
    }


def _own(operation: Operation, name: str) -> tuple[str, Json]:
    return _DROPS_FROM if (operation.answer, name) == (site_answers.Drops, "from") else PARAMETERS[name]


def _describe_parameter(name: str, place: str, described: tuple[str, Json]) -> Json:
    description, schema = described
    parameter: Json = {"name": name, "in": place, "description": description, "schema": schema}
    if place == "path":
        parameter["required"] = True
    if name == "metrics":
        parameter |= {"style": "form", "explode": False}
    return parameter
