"""The gate of the API: who asks is known, allowed and within their limit before anything is read."""

import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.keys import Key
from analytics_service.domain.principals import Action, Anonymous, Principal, authorise
from analytics_service.domain.visitors import sender
from analytics_service.errors import AnalyticsError, Forbidden, TooMany, Unauthenticated, UnknownSite
from analytics_service.web.api.call import Call, Reply
from analytics_service.web.api.disconnection import run_while_connected
from analytics_service.web.api.replies import refuse, respond
from analytics_service.web.intake.client import client_of
from analytics_service.web.services import Services, services_of

METHODS = ["GET", "OPTIONS"]
KEY_LIMIT = 600
"""Requests of a key, or of an address without one, in a minute and at once."""
HOW_TO_SHOW = "it is sent in a header, Authorization: Bearer KEY"
CLIENT_LEFT = 499
"""The status of an answer that nobody reads any more."""
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Origin, Accept-Encoding"}
APPLIED_UNTIL = "X-Vstats-Applied-Until"
EXPOSED = (
    "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id, " + APPLIED_UNTIL
)
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": "600",
}

Handler = Callable[[Call], Coroutine[object, object, Reply | Response]]
"""Returns the values of an answer, or an answer that is HTTP already: a stream."""


def guard(handler: Handler, action: Action) -> Callable[[Request], Awaitable[Response]]:
    """Returns the endpoint of a handler that is called only for who may do that."""

    async def answer(request: Request) -> Response:
        services = services_of(request)
        if request.method == "OPTIONS":
            return answer_preflight(request, services)
        headers = dict(PRIVATE)
        try:
            call = _let_in(request, services, action, headers)
            # Before any figure is read: all that was applied by then is in the answer.
            if (until := await services.api.applied_until()) is not None:
                headers[APPLIED_UNTIL] = until.isoformat()
            response = await _answer(request, services, handler(call))
        except AnalyticsError as error:
            response = refuse(request, services, error)
        response.headers.update(headers)
        return response

    return answer


async def _answer(
    request: Request, services: Services, work: Coroutine[object, object, Reply | Response]
) -> Response:
    reply = await run_while_connected(request, work)
    if reply is None:
        return Response(status_code=CLIENT_LEFT)
    return reply if isinstance(reply, Response) else await respond(request, services, reply)


def _let_in(request: Request, services: Services, action: Action, headers: dict[str, str]) -> Call:
    """Returns the call once it is allowed; `headers` get what the answer must carry in any case.

    Raises Unauthenticated, Forbidden, UnknownSite, TooMany.
    """
    at = services.clock()
    principal = _identify(request, services, at)
    _charge(request, services, principal, headers)
    if isinstance(principal, Anonymous) and request.headers.get("authorization") is not None:
        problem = f"this key is not valid, or no longer; {HOW_TO_SHOW}"
        raise Unauthenticated(problem, is_invalid=True)
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
        request=request,
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


def answer_preflight(request: Request, services: Services) -> Response:
    """Says whether a page of that origin may send a key."""
    headers = {"Allow": "GET, HEAD, OPTIONS", "Vary": "Origin", "Cache-Control": "no-store"}
    origin = request.headers.get("origin")
    # A preflight carries no key: it is answered for what some key lists, and the request itself is checked.
    if origin is not None and origin in services.api.keys.origins:
        headers |= {"Access-Control-Allow-Origin": origin, **PREFLIGHT}
    return Response(status_code=204, headers=headers)
