"""The counter and its stream for who shows a key: also of a private site, and without what is only public."""

from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.principals import Action, can_see
from analytics_service.domain.site import Site
from analytics_service.web.api.call import Call, Reply
from analytics_service.web.api.gate import answer_preflight, guard
from analytics_service.web.headers import ANY_ORIGIN
from analytics_service.web.public.counter import Counter
from analytics_service.web.public.counter_query import DEFAULT_ITEMS, authorise, normal_page, parse_query
from analytics_service.web.public.stream import Streams
from analytics_service.web.routes import Endpoint, RuledRoute
from analytics_service.web.services import Services, services_of

_SITE = "/api/v1/sites/{site}"
_OPEN_PREFLIGHT = {
    **ANY_ORIGIN,
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
    "Vary": "Origin",
}


def make_routes(counter: Counter, streams: Streams) -> list[RuledRoute]:
    """Returns the routes of both: who shows a key passes the gate, everybody else gets what is public."""

    async def read_counter(call: Call) -> Reply:
        site = call.require_site()
        question = parse_query(call.request.query_params)
        sees_all = can_see(call.principal, Action.READ_FIGURES, site)
        if sees_all:
            items, page = question.items or DEFAULT_ITEMS, normal_page(question.page, site)
            question = replace(question, items=items, page=page)
        else:
            question = authorise(site, question)
        cached = await counter.read(call.services, site, question, is_public=not sees_all)
        return Reply(msgspec.Raw(cached.bytes))

    async def open_stream(call: Call) -> Response:
        call.check_parameters(())
        services, site = call.services, call.require_site()
        if not can_see(call.principal, Action.READ_FIGURES, site):
            return await streams.answer(call.request)

        def may_listen() -> bool:
            key, found = (
                services.api.keys.find_again(call.principal, services.clock()),
                _find_site(services, site.public_id),
            )
            return key is not None and found is not None and can_see(key, Action.READ_FIGURES, found)

        return streams.open(call.request, services, site, _find_site, may_listen)

    pairs = (("counter", counter.answer, read_counter), ("stream", streams.answer, open_stream))
    return [
        RuledRoute(
            f"{_SITE}/{name}",
            _choose(everybody, guard(keyed, Action.READ_COUNTER)),
            Action.READ_COUNTER,
            methods=["GET", "OPTIONS"],
        )
        for name, everybody, keyed in pairs
    ]


def _find_site(services: Services, name: str) -> Site | None:
    return services.sites.find(name)


def _choose(everybody: Endpoint, keyed: Endpoint) -> Endpoint:
    """Returns the endpoint of a route that answers everybody, and more where a key is shown."""

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            preflight = answer_preflight(request, services_of(request))
            is_keyed = "access-control-allow-origin" in preflight.headers
            return preflight if is_keyed else Response(status_code=204, headers=_OPEN_PREFLIGHT)
        answered = (keyed if "authorization" in request.headers else everybody)(request)
        return answered if isinstance(answered, Response) else await answered

    return answer
