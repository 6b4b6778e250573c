"""The ordinary door for beacons: `POST /v` and its image form."""

import asyncio
from base64 import b64decode

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from analytics_service.collecting.admit import Verdict
from analytics_service.domain.beacons import BEACON_LIMIT, Beacon, parse, pixel
from analytics_service.domain.facts import encode
from analytics_service.web.intake.client import client_of
from analytics_service.web.services import Services, services_of

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Vstats, Retry-After",
    "Cache-Control": "no-store",
}
IMAGE_HEADERS = {**HEADERS, "Cross-Origin-Resource-Policy": "cross-origin"}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "86400",
}


async def receive(request: Request) -> Response:
    """A beacon in the body; 202 once its fact is on disk."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT_HEADERS)
    services = services_of(request)
    beacon = parse(await limited_body(request, BEACON_LIMIT))
    verdict = await settled(services, request, beacon)
    return Response(status_code=202, headers={**HEADERS, "X-Vstats": told(verdict)})


async def receive_image(request: Request) -> Response:
    """The same beacon in a query, answered with an image of one pixel."""
    services = services_of(request)
    query = request.query_params
    if "d" in query:
        beacon = parse(query["d"].encode("utf-8", "replace")[: BEACON_LIMIT + 1])
    else:
        beacon = pixel(query.get("s", ""), query.get("u", ""), request.headers.get("referer", ""))
    verdict = await settled(services, request, beacon)
    return Response(GIF, headers={**IMAGE_HEADERS, "X-Vstats": told(verdict)}, media_type="image/gif")


async def settled(services: Services, request: Request, beacon: Beacon) -> Verdict:
    """The beacon's verdict, once everything that must be on disk is."""
    verdict = services.collector.admit(beacon, client_of(request, services.proxies), services.clock())
    if verdict.fact is not None:
        # Shielded: one client that leaves must not cancel the group it shares.
        await asyncio.shield(services.journal.append(encode(verdict.fact)))
    return verdict


def told(verdict: Verdict) -> str:
    """The verdict as the header tells it."""
    return f"dropped; reason={verdict.drop.value}" if verdict.drop else "counted"


async def limited_body(request: Request, limit: int) -> bytes:
    """The body, read no further than the limit. Raises HTTPException 413 and 415."""
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
