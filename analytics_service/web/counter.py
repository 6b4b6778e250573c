"""The public counter: all figures of a widget in one small, cacheable object."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import blake2b

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.model import ONLINE_WINDOW, Counts, Item, Metric, Site
from analytics_service.errors import BadParameter, NotPublic, UnknownSite
from analytics_service.web.parts import Parts, parts_of
from analytics_service.web.ready import Ready

DEFAULT_ITEMS = (Item.ONLINE, Item.TODAY, Item.WEEK, Item.TOTAL)
PARAMETERS = ("items", "metric")
KEPT_FOR = 5.0
KEPT_FOR_DEMO = 1.0
BODIES_KEPT = 10_000

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}
Key = tuple[int, Metric, tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class Body:
    """A counter's bytes with their strong tag; `stale_at` on the monotonic clock."""

    bytes: bytes
    etag: str
    stale_at: float


class Counter:
    """Makes a body at most once in 5 s for each closed key."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[tuple[Key, Site], Body] = OrderedDict()

    async def answer(self, request: Request) -> Response:
        """`GET /api/v1/sites/{site}/counter?items=&metric=`."""
        parts = parts_of(request)
        items, metric = asked(request.query_params)
        site = parts.directory.site(request.path_params["site"])
        if site is None or not site.public:
            raise UnknownSite("")
        items = shown(site, items, metric)
        body = await self._body(parts, site, items, metric)
        age = 1 if site.demo else 5
        cache = f"public, max-age={age}, s-maxage={age * 3}, stale-if-error=86400"
        headers = {**HEADERS, "Cache-Control": cache, "ETag": body.etag}
        if body.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        response = Response(body.bytes, headers=headers, media_type="application/json")
        parts.ready.keep(_target(request), Ready(response, request.path_params["site"], site, body.stale_at))
        return response

    async def _body(self, parts: Parts, site: Site, items: tuple[Item, ...], metric: Metric) -> Body:
        # The site itself is in the key: a changed setting shows at once.
        key = ((site.number, metric, items), site)
        body = self._bodies.get(key)
        now = time.monotonic()
        if body is None or now >= body.stale_at:
            counts = await parts.reporter.counts(site, items, metric, parts.clock())
            made = encoded(counts)
            tag = f'"c-{blake2b(made, digest_size=8).hexdigest()}"'
            body = Body(made, tag, now + (KEPT_FOR_DEMO if site.demo else KEPT_FOR))
            self._bodies[key] = body
            self._bodies.move_to_end(key)
            if len(self._bodies) > BODIES_KEPT:
                self._bodies.popitem(last=False)
        return body


def _target(request: Request) -> bytes:
    query: bytes = request.scope["query_string"]
    path: bytes = request.scope["raw_path"]
    return path + b"?" + query if query else path


def encoded(counts: Counts) -> bytes:
    """The counter's JSON: numbers are numbers, formatting belongs to whoever shows them."""
    site = counts.site
    told: dict[str, object] = {
        "site": site.public_id,
        "generated_at": counts.at.replace(microsecond=0).isoformat(),
        "timezone": site.zone,
        "week_start": site.week_start.value,
        "metric": counts.metric.value,
        "online_window_seconds": int(ONLINE_WINDOW.total_seconds()),
        "counts": {item.value: figure for item, figure in counts.figures.items()},
    }
    if counts.peak_at is not None:
        told["peak_at"] = counts.peak_at.replace(microsecond=0).isoformat()
    if counts.metric is Metric.VISITORS:
        told["visitors_are"] = "sum of days"
    return msgspec.json.encode(told)


def shown(site: Site, items: tuple[Item, ...], metric: Metric) -> tuple[Item, ...]:
    """The items, the usual ones where none was named, as far as the site shows them. Raises NotPublic."""
    counter = site.counter
    if metric not in counter.metrics:
        raise NotPublic("metric", metric.value, sorted(one.value for one in counter.metrics))
    for item in items:
        if item not in counter.items:
            raise NotPublic("items", item.value, [one.value for one in Item if one in counter.items])
    return items or tuple(item for item in DEFAULT_ITEMS if item in counter.items)


def asked(query: QueryParams) -> tuple[tuple[Item, ...], Metric]:
    """The items named, if any, and the metric. Raises BadParameter: a typo must not change a figure."""
    for name in query:
        if name not in PARAMETERS:
            raise BadParameter(name[:40], "unknown", "is no parameter here", PARAMETERS)
        if len(query.getlist(name)) > 1:
            raise BadParameter(name, "value", "is given twice")
    items = tuple(_item(name.strip()) for name in query["items"].split(",", 20)) if "items" in query else ()
    allowed = [metric.value for metric in (Metric.VISITS, Metric.PAGEVIEWS, Metric.VISITORS)]
    metric = query.get("metric", Metric.VISITS.value)
    if metric not in allowed:
        raise BadParameter("metric", "enum", _unknown(metric, allowed), allowed)
    return tuple(dict.fromkeys(items)), Metric(metric)


def _item(name: str) -> Item:
    allowed = [item.value for item in Item]
    if name not in allowed:
        raise BadParameter("items", "enum", _unknown(name, allowed), allowed)
    return Item(name)


def _unknown(name: str, allowed: list[str]) -> str:
    near = get_close_matches(name[:40], allowed, 1)
    return f"{name[:40]!r} is not known" + (f"; did you mean {near[0]!r}?" if near else "")
