"""The gate of the API: who asks is known, allowed and within their limit before anything is read."""

import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.keys import Key
from analytics_service.domain.principals import Action, Anonymous, Principal, authorise
from analytics_service.domain.visitors import sender
from analytics_service.errors import AnalyticsError, Forbidden, TooMany, Unauthenticated, UnknownSite
from analytics_service.web.api.call import Call, Reply
from analytics_service.web.api.disconnection import run_while_connected
from analytics_service.web.errors import error_response, problem
from analytics_service.web.headers import digest_of, is_unchanged
from analytics_service.web.intake.client import client_of
from analytics_service.web.services import Services, services_of

METHODS = ["GET", "OPTIONS"]
KEY_LIMIT = 600
"""Requests of a key, or of an address without one, in a minute and at once."""
REQUEST_ID_BYTES = 9
CLIENT_LEFT = 499
"""The status of an answer that nobody reads any more."""
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Origin"}
EXPOSED = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": "600",
}

Handler = Callable[[Call], Coroutine[object, object, Reply]]


def guard(handler: Handler, action: Action) -> Callable[[Request], Awaitable[Response]]:
    """Returns the endpoint of a handler that is called only for who may do that."""

    async def answer(request: Request) -> Response:
        services = services_of(request)
        if request.method == "OPTIONS":
            return _answer_preflight(request, services)
        headers = dict(PRIVATE)
        try:
            call = _let_in(request, services, action, headers)
            reply = await run_while_connected(request, handler(call))
            response = _respond(request, reply) if reply is not None else Response(status_code=CLIENT_LEFT)
        except AnalyticsError as error:
            response = _refuse(request, services, error)
        response.headers.update(headers)
        return response

    return answer


def _let_in(request: Request, services: Services, action: Action, headers: dict[str, str]) -> Call:
    """Returns the call once it is allowed; `headers` get what the answer must carry in any case.

    Raises Unauthenticated, Forbidden, UnknownSite, TooMany.
    """
    at = services.clock()
    principal = _identify(request, services, at)
    _charge(request, services, principal, headers)
    if isinstance(principal, Anonymous) and request.headers.get("authorization") is not None:
        raise Unauthenticated("this key is not valid, or no longer", is_invalid=True)
    if isinstance(principal, Key):
        _check_origin(request, principal, headers)
    name = request.path_params.get("site")
    site = services.sites.find(name) if name is not None else None
    authorise(principal, action, site)
    if name is not None and site is None:
        raise UnknownSite(name)
    given: dict[str, list[str]] = defaultdict(list)
    for parameter, value in request.query_params.multi_items():
        given[parameter].append(value)
    return Call(
        services=services,
        principal=principal,
        action=action,
        site=site,
        words=request.path_params,
        given=dict(given),
        path=request.url.path,
        at=at,
    )


def _identify(request: Request, services: Services, at: datetime) -> Principal:
    """Returns the key that the request shows; somebody unknown where it shows none that is valid."""
    headers = request.headers.getlist("authorization")
    if len(headers) != 1:
        return Anonymous()
    scheme, _, token = headers[0].partition(" ")
    if scheme.lower() != "bearer":
        return Anonymous()
    return services.api.keys.find(token.strip(), at) or Anonymous()


def _charge(request: Request, services: Services, principal: Principal, headers: dict[str, str]) -> None:
    """Counts a request against its key or, without one, its address. Raises TooMany."""
    if isinstance(principal, Key):
        who = f"key {principal.id}"
    else:
        client = client_of(request, services.proxies)
        # Behind a proxy that names no client, senders cannot be told apart.
        if client.is_proxy_address:
            return
        who = f"api {sender(client.address)}"
    limits, at_ms = services.api.limits, int(services.clock().timestamp() * 1000)
    is_allowed = limits.allows(who, at_ms)
    allowance = limits.allowance(who, at_ms)
    if allowance is not None:
        headers["RateLimit-Policy"] = f'"default";q={KEY_LIMIT};w=60'
        whole_in = math.ceil(allowance.whole_in.total_seconds())
        headers["RateLimit"] = f'"default";r={allowance.left};t={whole_in}'
    if not is_allowed:
        wait = allowance.wait.total_seconds() if allowance is not None else 1
        raise TooMany(max(1, math.ceil(wait)))


def _check_origin(request: Request, key: Key, headers: dict[str, str]) -> None:
    """Lets pages of a key's own origins read the answer. Raises Forbidden for a page of another one."""
    origin = request.headers.get("origin")
    if origin is None:
        return
    if origin not in key.origins:
        raise Forbidden("use this key in pages of this origin")
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Expose-Headers"] = EXPOSED


def _answer_preflight(request: Request, services: Services) -> Response:
    headers = {"Allow": "GET, HEAD, OPTIONS", "Vary": "Origin", "Cache-Control": "no-store"}
    origin = request.headers.get("origin")
    # A preflight carries no key: it is answered for what some key lists, and the request itself is checked.
    if origin is not None and origin in services.api.keys.origins:
        headers |= {"Access-Control-Allow-Origin": origin, **PREFLIGHT}
    return Response(status_code=204, headers=headers)


def _respond(request: Request, reply: Reply) -> Response:
    body = msgspec.json.encode(reply.body)
    etag = f'"a-{digest_of(body)}"'
    headers = {"ETag": etag}
    if reply.next_cursor is not None:
        kept = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
        following = urlencode([*kept, ("cursor", reply.next_cursor)])
        headers["Link"] = f'<?{following}>; rel="next"'
    if is_unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _refuse(request: Request, services: Services, error: AnalyticsError) -> Response:
    """Returns the problem, with the id by which it can be spoken about; it says nothing of hidden sites."""
    if isinstance(error, UnknownSite):
        detail = "There is no site of this name that this key may see."
        response = problem("unknown-site", "Unknown site", 404, detail)
    else:
        response = error_response(error, request.url.path)
    request_id = services.api.random(REQUEST_ID_BYTES).hex()
    body = msgspec.json.decode(bytes(response.body))
    body |= {"instance": request.url.path, "request_id": request_id}
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in ("access-control-allow-origin", "content-length", "content-type")
    }
    headers["X-Request-Id"] = request_id
    return Response(
        msgspec.json.encode(body), response.status_code, headers, media_type="application/problem+json"
    )
