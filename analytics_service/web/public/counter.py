"""The public counter: all figures of a widget in one small, cacheable object."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.counts import Counts, Question
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.domain.metrics import Metric
from analytics_service.domain.periods import zone_at
from analytics_service.domain.site import Site
from analytics_service.errors import UnknownSite
from analytics_service.web.public.query import asked, shown
from analytics_service.web.public.response_cache import CachedResponse
from analytics_service.web.services import Services, services_of

KEPT_FOR = 5.0
KEPT_FOR_DEMO = 1.0
ANSWERS_KEPT = 10_000

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A counter's figures, their bytes with a strong tag; `stale_at` on the monotonic clock."""

    counts: Counts
    bytes: bytes
    etag: str
    stale_at: float


class Counter:
    """Asks for figures at most once in 5 s for each closed key."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Question, Site], Known] = OrderedDict()

    async def answer(self, request: Request) -> Response:
        """`GET /api/v1/sites/{site}/counter?items=&metric=&path=&series=`."""
        services = services_of(request)
        question = asked(request.query_params)
        site = public_site(services, request.path_params["site"])
        known = await self.known(services, site, shown(site, question))
        age = 1 if site.demo else 5
        cache = f"public, max-age={age}, s-maxage={age * 3}, stale-if-error=86400"
        headers = {**HEADERS, "Cache-Control": cache, "ETag": known.etag}
        if known.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        response = Response(known.bytes, headers=headers, media_type="application/json")
        ready = CachedResponse(response, request.path_params["site"], site, known.stale_at)
        services.responses.keep(_target(request), ready)
        return response

    async def known(self, services: Services, site: Site, question: Question) -> Known:
        """The figures, no older than 5 s. Raises Unavailable."""
        # The site itself is in the key: a changed setting shows at once.
        key = (question, site)
        known = self._known.get(key)
        now = time.monotonic()
        if known is None or now >= known.stale_at:
            counts = await services.reporter.counts(site, question, services.clock())
            made = encoded(counts)
            tag = f'"c-{blake2b(made, digest_size=8).hexdigest()}"'
            known = Known(counts, made, tag, now + (KEPT_FOR_DEMO if site.demo else KEPT_FOR))
            self._known[key] = known
            self._known.move_to_end(key)
            if len(self._known) > ANSWERS_KEPT:
                self._known.popitem(last=False)
        return known

    def last_known(self, site: Site, question: Question) -> Known | None:
        """The figures as they were when they could last be read."""
        return self._known.get((question, site))


def public_site(services: Services, name: str) -> Site:
    """The site of that name. Raises UnknownSite where there is none, or none that everybody may see."""
    site = services.sites.find(name)
    if site is None or not site.public:
        raise UnknownSite("")
    return site


def _target(request: Request) -> bytes:
    query: bytes = request.scope["query_string"]
    path: bytes = request.scope["raw_path"]
    return path + b"?" + query if query else path


def encoded(counts: Counts) -> bytes:
    """The counter's JSON: numbers are numbers, formatting belongs to whoever shows them."""
    site = counts.site
    told: dict[str, object] = {
        "site": site.public_id,
        "generated_at": _written(counts.at),
        "timezone": zone_at(counts.at, site.zones),
        "week_start": site.week_start.value,
        "metric": counts.metric.value,
        "online_window_seconds": int(ONLINE_WINDOW.total_seconds()),
        "counts": {item.value: figure for item, figure in counts.figures.items()},
    }
    if counts.online_known_at is not None:
        told["online_known_at"] = _written(counts.online_known_at)
    if counts.peak is not None:
        told["peak_at"] = _written(counts.peak.at)
    if counts.peak_today is not None:
        told["peak_today"] = {"online": counts.peak_today.online, "at": _written(counts.peak_today.at)}
    if counts.page is not None:
        told["path"] = counts.page
    if counts.series is not None:
        first = counts.series.first.isoformat()
        told["series"] = {"interval": "day", "from": first, "values": counts.series.values}
    if counts.metric is Metric.VISITORS:
        told["visitors_are"] = "sum of days"
    return msgspec.json.encode(told)


def _written(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()
