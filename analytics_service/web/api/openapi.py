"""The OpenAPI 3.1 document of the API, built from its table of operations and the types of its answers."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.principals import Action
from analytics_service.web.api import answers
from analytics_service.web.api.operations import BASE, EVERY_ENTRY, HEALTH, STREAM, Entry, address_of
from analytics_service.web.api.parameters import describe_parameters
from analytics_service.web.encodings import choose_encoding, compress
from analytics_service.web.headers import ANY_ORIGIN, digest_of, is_unchanged
from analytics_service.web.prefix import prefix_of
from analytics_service.web.services import services_of

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
INTRODUCTION = """Figures of your sites for other programs.

**A key.** `analytics-service key add --site SITE` prints one, once. Send it with every request, as in the
examples: `Authorization: Bearer $KEY`. Counter and stream of public sites, and `/health`, need none.

**Examples.** Each operation has one for the shell; `$URL` is the address of the service, as in
`https://tk.example.vn`, and `$SITE` the domain or public id of a site. Visits by source in the last
28 days, in Python with nothing to install:

```python
import json, os, urllib.request

url = f"{os.environ['URL']}/api/v1/sites/{os.environ['SITE']}/breakdown/source?period=28d&metrics=visits"
request = urllib.request.Request(url, headers={"Authorization": f"Bearer {os.environ['KEY']}"})
for row in json.load(urllib.request.urlopen(request))["results"]:
    print(row["source"], row["visits"])
```

**Errors** are `application/problem+json` (RFC 9457): they name the parameter and what is allowed.
"""
_WORDS = {"type": "string"}
_HEADERS = {
    "ETag": ("Send it as If-None-Match: an unchanged answer is 304.", _WORDS),
    "Link": ("The next page of rows, as in RFC 8288.", _WORDS),
    "X-Vstats-Applied-Until": (
        "Up to when facts are in the figures.",
        {**_WORDS, "format": "date-time"},
    ),
}


@cache
def load_examples() -> dict[str, Json]:
    """Returns, by operation, a request below the base path and what it may be answered with."""
    examples: dict[str, Json] = msgspec.json.decode(Path(__file__).with_name("examples.json").read_bytes())
    return examples


@cache
def build_document(prefix: str = "") -> Json:
    """Returns the whole document as JSON values; `prefix` is the service's own path, "" for none."""
    types = [*dict.fromkeys(entry.answer for entry in EVERY_ENTRY), answers.Problem]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    by_type = dict(zip(types, schemas, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Counts API", "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": prefix or "/"}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(entry.tag for entry in EVERY_ENTRY)],
        "paths": {
            address_of(entry): {"get": _describe(entry, by_type[entry.answer])} for entry in EVERY_ENTRY
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
def encode_document(prefix: str = "") -> bytes:
    """Returns the document as indented JSON; without prefix it is kept in `docs/openapi.json`."""
    return msgspec.json.format(msgspec.json.encode(build_document(prefix)), indent=2) + b"\n"


@cache
def _compress_document(prefix: str, encoding: str) -> bytes:
    body = encode_document(prefix)
    return compress(body, encoding) if encoding else body


async def serve_document(request: Request) -> Response:
    """`GET /api/v1/openapi.json`: answers anybody with the document."""
    encoding = choose_encoding(request.headers.get("accept-encoding", ""))
    body = _compress_document(prefix_of(services_of(request).url), encoding)
    headers = {**ANY_ORIGIN, "Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}
    headers["ETag"] = f'"o-{digest_of(body)}"'
    if is_unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, headers=headers, media_type="application/json")


def _describe(entry: Entry, schema: Json) -> Json:
    described: Json = {
        "operationId": entry.name,
        "tags": [entry.tag],
        "summary": entry.summary,
        "description": f"```sh\n{_write_command(entry)}\n```",
        "parameters": describe_parameters(entry),
        "responses": _describe_responses(entry, schema),
    }
    if entry.action is Action.READ_COUNTER:
        described["security"] = [{}, {"key": []}]
    elif entry.action is Action.READ_PUBLIC:
        described["security"] = []
    return described


def _write_command(entry: Entry) -> str:
    """Returns the example's request as a line for the shell."""
    request = load_examples()[entry.name]["request"]
    address = request if entry is HEALTH else f"{BASE}{request}"
    for sites in ("dn7k2q,b4rt9m", "dn7k2q"):
        address = address.replace(sites, "$SITE")
    if entry is HEALTH:
        return f'curl -sS "$URL{address}"'
    options = "-sSN --max-time 3" if entry is STREAM else "-sS"
    return f'curl {options} -H "Authorization: Bearer $KEY" "$URL{address}"'


def _describe_responses(entry: Entry, schema: Json) -> Json:
    example = load_examples()[entry.name]["answer"]
    content: Json = {"application/json": {"schema": schema, "example": example}}
    responses: Json = {"200": {"description": entry.answer.__doc__, "content": content}}
    if entry is HEALTH:
        return responses | {"503": {"description": "It cannot; the reasons say why.", "content": content}}
    responses["200"]["headers"] = {
        name: {"description": text, "schema": kind} for name, (text, kind) in _HEADERS.items()
    }
    if entry is STREAM:
        event = {"event": "counts", "id": "0e35d151ab06-1", "data": msgspec.json.encode(example).decode()}
        data = {**_WORDS, "contentMediaType": "application/json", "contentSchema": schema}
        fields = {"event": {"const": "counts"}, "id": _WORDS, "retry": {"type": "integer"}, "data": data}
        events = {"type": "object", "properties": fields, "required": ["event", "data"]}
        content = {"text/event-stream": {"schema": events, "example": event}}
        responses["200"] = {"description": entry.answer.__doc__, "content": content}
    else:
        responses["304"] = {"description": "The answer has not changed since the one with this ETag."}
    return responses | {status: {"$ref": f"#/components/responses/{status}"} for status in PROBLEMS}
