"""The door for beacons: a table of dialects, and what holds for all of them.

A dialect translates a request into beacons and verdicts into its answer. Limits, client recognition, errors
and the durable append stand here, once.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from analytics_service.collecting.admit import Verdict
from analytics_service.domain.beacons import BEACON_LIMIT, Beacon
from analytics_service.domain.client import Client
from analytics_service.domain.drops import Refusal
from analytics_service.domain.facts import encode
from analytics_service.domain.principals import Action
from analytics_service.errors import BadBeacon
from analytics_service.web.intake import beacon
from analytics_service.web.intake.client import client_of
from analytics_service.web.intake.refusals import count_refusal
from analytics_service.web.routes import RuledRoute
from analytics_service.web.services import Services, services_of

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "86400",
}

Translator = Callable[[bytes, Mapping[str, str], Mapping[str, str]], Iterable[Beacon]]
"""Body, query and headers in, beacons out; raises BadBeacon. It knows no HTTP, no limits and no disk."""
Answerer = Callable[[Sequence[Verdict]], Response]
"""The verdicts of a request's beacons in, that product's own answer out."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one tracker speaks at one address; a POST has a body of at most BEACON_LIMIT bytes."""

    path: str
    method: str
    translate: Translator
    answer: Answerer


DIALECTS: tuple[Dialect, ...] = (
    Dialect("/v", "POST", beacon.translate, beacon.answer),
    Dialect("/v.gif", "GET", beacon.translate_image, beacon.answer_with_image),
)


def accept(
    services: Services, client: Client, beacons: Iterable[Beacon]
) -> tuple[list[Verdict], asyncio.Future[None] | None]:
    """Returns what became of each beacon, and a future that is done once all their facts are on disk.

    There is no future where nothing has to be kept. Raises Unavailable.
    """
    at, verdicts, flushed = services.clock(), [], None
    for one in beacons:
        verdict = services.collector.admit(one, client, at)
        verdicts.append(verdict)
        if verdict.fact is not None:
            # Facts of one moment share a group, whose future is done when all of it is on disk.
            flushed = services.journal.append(encode(verdict.fact))
    return verdicts, flushed


async def record(services: Services, request: Request, beacons: Iterable[Beacon]) -> list[Verdict]:
    """Returns what became of each beacon, once everything that must be on disk is. Raises Unavailable.

    Of a request that only asks for headers nothing is counted, and nothing returned.
    """
    if request.method == "HEAD":
        return []
    verdicts, flushed = accept(services, client_of(request, services.proxies), beacons)
    if flushed is not None:
        # Shielded: one client that leaves must not cancel the group it shares.
        await asyncio.shield(flushed)
    return verdicts


def route_of(dialect: Dialect) -> RuledRoute:
    """Returns the route of a dialect; one with a body answers the preflights of browsers, too."""

    async def receive(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT_HEADERS)
        services = services_of(request)
        body = await _read_beacon(request, services) if dialect.method == "POST" else b""
        try:
            # All of them before the first is counted: a request is malformed as a whole.
            beacons = tuple(dialect.translate(body, request.query_params, request.headers))
        except BadBeacon:
            count_refusal(services, Refusal.MALFORMED, body or _query_of(request), _origin_of(request))
            raise
        return dialect.answer(await record(services, request, beacons))

    methods = ["POST", "OPTIONS"] if dialect.method == "POST" else [dialect.method]
    return RuledRoute(dialect.path, receive, Action.SEND_BEACON, methods=methods)


async def _read_beacon(request: Request, services: Services) -> bytes:
    try:
        return await read_body(request, BEACON_LIMIT)
    except HTTPException as error:
        if error.status_code == 413:
            count_refusal(services, Refusal.TOO_LARGE, b"", _origin_of(request))
        raise


def _query_of(request: Request) -> bytes:
    """What an image's query tells, in the form of a body."""
    query = request.query_params
    return (query.get("d") or f'"s":"{query.get("s", "")}"').encode("utf-8", "replace")


def _origin_of(request: Request) -> str:
    return request.headers.get("origin", "")


async def read_body(request: Request, limit: int) -> bytes:
    """Returns the body, read no further than the limit in bytes. Raises HTTPException 400, 413 and 415."""
    if request.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise HTTPException(415, "A beacon is sent without Content-Encoding.")
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise HTTPException(413, f"A beacon has at most {limit} bytes.", {"Connection": "close"})
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise HTTPException(413, f"A beacon has at most {limit} bytes.", {"Connection": "close"})
    except ClientDisconnect:
        raise HTTPException(400, "The beacon did not arrive whole.") from None
    return bytes(body)
