"""The public counter: all figures of a widget in one small answer that caches may keep."""

import math
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Counts, Question
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.domain.metrics import Metric
from analytics_service.domain.periods import zone_at
from analytics_service.domain.site import Site
from analytics_service.domain.visitors import sender
from analytics_service.errors import TooMany
from analytics_service.web.headers import COMPRESSED, digest_of, is_unchanged
from analytics_service.web.intake.client import client_of
from analytics_service.web.lru_cache import LruCache
from analytics_service.web.public.counter_query import authorise, parse_query
from analytics_service.web.public.response_cache import CachedResponse
from analytics_service.web.public.sites import require_public_site
from analytics_service.web.services import Services, services_of

MAX_AGE = timedelta(seconds=5)
DEMO_MAX_AGE = timedelta(seconds=1)
CACHE_SIZE = 10_000
MIN_ONLINE = 3
"""On one page, for everybody to see: fewer could be told to be certain people."""


@dataclass(frozen=True, slots=True)
class CachedCounts:
    """A counter's figures, their JSON and its strong tag; `stale_at` is on the monotonic clock."""

    counts: Counts
    bytes: bytes
    etag: str
    stale_at: float


class Counter:
    """Answers with figures, and reads those of one site and question at most once in `MAX_AGE`."""

    def __init__(self) -> None:
        self._cache: LruCache[tuple[Question, Site, bool], CachedCounts] = LruCache(CACHE_SIZE)

    async def answer(self, request: Request) -> Response:
        """`GET /api/v1/sites/{site}/counter?items=&metric=&path=&series=`: answers with figures in JSON."""
        services = services_of(request)
        question = parse_query(request.query_params)
        site = require_public_site(services, request.path_params["site"])
        question = authorise(site, question)
        if self._find_fresh(site, question, is_public=True) is None:
            _charge(request, services)
        cached = await self.read(services, site, question)
        age = int(_max_age(site).total_seconds())
        cache = f"public, max-age={age}, s-maxage={age * 3}, stale-if-error=86400"
        headers = {**COMPRESSED, "Cache-Control": cache, "ETag": cached.etag}
        if is_unchanged(request, cached.etag):
            return Response(status_code=304, headers=headers)
        response = Response(cached.bytes, headers=headers, media_type="application/json")
        # No second copy: both caches hold the same bytes, this one by the request's target for the fast lane.
        whole = CachedResponse(response, request.path_params["site"], site, cached.stale_at)
        services.responses.store(_target(request), whole)
        return response

    async def read(
        self, services: Services, site: Site, question: Question, *, is_public: bool = True
    ) -> CachedCounts:
        """Returns figures no older than `MAX_AGE`; public ones name no few people. Raises Unavailable."""
        cached = self._find_fresh(site, question, is_public=is_public)
        if cached is None:
            counts = await services.reporter.counts(site, question, services.clock())
            if is_public:
                counts = hide_few(counts)
            body = encode_counts(counts)
            stale_at = time.monotonic() + _max_age(site).total_seconds()
            cached = CachedCounts(counts, body, f'"c-{digest_of(body)}"', stale_at)
            self._cache.store((question, site, is_public), cached)
        return cached

    def _find_fresh(self, site: Site, question: Question, *, is_public: bool) -> CachedCounts | None:
        # The site itself is in the key: a changed setting shows at once.
        cached = self._cache.find((question, site, is_public))
        return cached if cached is not None and time.monotonic() < cached.stale_at else None

    def find_last(self, site: Site, question: Question) -> CachedCounts | None:
        """Returns the figures as they were when they could last be read, if that is remembered."""
        return self._cache.find((question, site, True))


def _charge(request: Request, services: Services) -> None:
    """Counts a request that no cache answers against its address. Raises TooMany."""
    client = client_of(request, services.proxies)
    # Behind a proxy that names no client, senders cannot be told apart.
    if client.is_proxy_address:
        return
    who, at_ms = f"counter {sender(client.address)}", int(services.clock().timestamp() * 1000)
    if not services.api.limits.allows(who, at_ms):
        allowance = services.api.limits.allowance(who, at_ms)
        wait = allowance.wait.total_seconds() if allowance is not None else 1
        raise TooMany(max(1, math.ceil(wait)))


def hide_few(counts: Counts) -> Counts:
    """Returns figures of which none names fewer than MIN_ONLINE people on one page: those are None."""
    online = counts.figures.get(Item.ONLINE)
    if counts.page is None or online is None or online >= MIN_ONLINE:
        return counts
    return replace(counts, figures={**counts.figures, Item.ONLINE: None})


def _max_age(site: Site) -> timedelta:
    return DEMO_MAX_AGE if site.demo else MAX_AGE


def _target(request: Request) -> bytes:
    query: bytes = request.scope["query_string"]
    path: bytes = request.scope["raw_path"]
    return path + b"?" + query if query else path


def encode_counts(counts: Counts) -> bytes:
    """Returns the counter's JSON; its numbers are plain, and whoever shows them groups their digits."""
    site = counts.site
    body: dict[str, object] = {
        "site": site.public_id,
        "generated_at": _format_time(counts.at),
        "timezone": zone_at(counts.at, site.zones),
        "week_start": site.week_start.value,
        "metric": counts.metric.value,
        "online_window_seconds": int(ONLINE_WINDOW.total_seconds()),
        "counts": {item.value: figure for item, figure in counts.figures.items()},
    }
    if counts.online_known_at is not None:
        body["online_known_at"] = _format_time(counts.online_known_at)
    if counts.peak is not None:
        body["peak_at"] = _format_time(counts.peak.at)
    if counts.peak_today is not None:
        body["peak_today"] = {"online": counts.peak_today.online, "at": _format_time(counts.peak_today.at)}
    if counts.page is not None:
        body["path"] = counts.page
    if counts.series is not None:
        first = counts.series.first.isoformat()
        body["series"] = {"interval": "day", "from": first, "values": counts.series.values}
    if counts.metric is Metric.VISITORS:
        body["visitors_are"] = "sum of days"
    return msgspec.json.encode(body)


def _format_time(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()
