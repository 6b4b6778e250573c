"""The widget without scripts: picture, frame, text and badge, with the figures of the counter."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.beacons import pixel
from analytics_service.domain.counts import Question
from analytics_service.domain.site import Site
from analytics_service.errors import AnalyticsError, BadParameter, Unavailable
from analytics_service.web.errors import error_response
from analytics_service.web.headers import COMPRESSED, EMBEDDABLE, NO_STORE, is_unchanged
from analytics_service.web.intake.beacon import header_value
from analytics_service.web.intake.door import record
from analytics_service.web.outlets import frame, png, svg, text
from analytics_service.web.outlets.options import (
    Variant,
    parse_leniently,
    parse_widget_query,
    strip_bidi,
    with_site_defaults,
)
from analytics_service.web.outlets.renderings import Rendering, make_render_cache, make_rendering
from analytics_service.web.outlets.svg_canvas import SHEET_HASH
from analytics_service.web.outlets.widget_view import WidgetView, build_error_view, build_view
from analytics_service.web.public.counter import CachedCounts, Counter
from analytics_service.web.public.sites import require_public_site
from analytics_service.web.services import Services, services_of

MAX_AGE = timedelta(seconds=15)
DEMO_MAX_AGE = timedelta(seconds=1)
MAX_RENDERS, MAX_WAITING_RENDERS = 2, 64
PROBLEM_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Kind:
    """One format of figures; `render` takes a view and a problem that its description ends with."""

    media_type: str
    policy: str
    counts: bool = False
    render: Callable[[WidgetView, str], str | bytes] | None = None


KINDS: Mapping[str, Kind] = {
    "svg": Kind(
        "image/svg+xml",
        f"default-src 'none'; style-src {SHEET_HASH}; sandbox",
        counts=True,
        render=lambda view, problem: svg.render_svg(view, problem=problem),
    ),
    "png": Kind("image/png", "default-src 'none'; sandbox", counts=True),
    "html": Kind("text/html; charset=utf-8", frame.POLICY, render=frame.render_frame),
    "txt": Kind(
        "text/plain; charset=utf-8",
        "default-src 'none'; sandbox",
        render=lambda view, _: text.render_text(view),
    ),
    "json": Kind("application/json", "default-src 'none'; sandbox"),
    "badge": Kind(
        "application/json", "default-src 'none'; sandbox", render=lambda view, _: text.render_badge(view)
    ),
}


class Outlets:
    """Answers with the counter's figures in each format; what shows the same is rendered once."""

    def __init__(self, counter: Counter, font_file: Path | None = None) -> None:
        self._counter = counter
        self._font_file = font_file
        self._renderings = make_render_cache()
        self._renders = asyncio.Semaphore(MAX_RENDERS)
        self._waiting = 0

    async def answer(self, request: Request) -> Response:
        """`GET /w/{site}.{kind}`: answers with .svg, .png, .html, .txt or .json."""
        kind = request.path_params["kind"]
        if kind not in KINDS or kind == "badge":
            raise HTTPException(404, "Unknown format; expected .svg, .png, .html, .txt or .json.")
        if kind == "png" and (missing := png.find_missing(self._font_file)):
            # Browsers go by the media type, not by the address: they show this SVG all the same.
            return await self._answer_problem(request, "svg", 501, missing)
        return await self._answer_or_explain(request, kind)

    async def answer_badge(self, request: Request) -> Response:
        """`GET /badge/{site}.json`: answers with the JSON that shields.io asks for."""
        return await self._answer_or_explain(request, "badge")

    async def preview(
        self, services: Services, site: Site, query: QueryParams
    ) -> tuple[WidgetView, tuple[int, int]]:
        """Returns the view that a query asks for, and its size in pixels.

        Raises BadParameter, NotPublic and Unavailable.
        """
        question, options = with_site_defaults(site, *parse_widget_query(query, ()))
        cached, is_stale = await self._read(services, site, question)
        view = build_view(cached.counts, options, is_stale=is_stale, now=services.clock())
        return view, svg.measure_svg(view)

    async def _answer_or_explain(self, request: Request, kind: str) -> Response:
        try:
            return await self._answer_figures(request, kind)
        except AnalyticsError as error:
            return await self._answer_error(request, kind, error)

    async def _answer_figures(self, request: Request, kind: str) -> Response:
        services, query = services_of(request), request.query_params
        question, options = parse_widget_query(query, ("count", "u") if KINDS[kind].counts else ())
        if kind == "badge":
            options = replace(options, variant=Variant.BADGE)
        site = require_public_site(services, request.path_params["site"])
        question, options = with_site_defaults(site, question, options)
        headers = {**COMPRESSED, "Cache-Control": _cache_control(site)}
        headers["Content-Security-Policy"] = KINDS[kind].policy
        if verdict := await _count_view(request, services):
            headers |= {**NO_STORE, "X-Vstats": verdict}
        cached, is_stale = await self._read(services, site, question)
        if kind == "json":
            rendering = Rendering(cached.bytes, b"", cached.etag.strip('"'))
        else:
            view = build_view(cached.counts, options, is_stale=is_stale, now=services.clock())
            rendering = await self._render(kind, view)
        return _respond(request, rendering, KINDS[kind].media_type, headers)

    async def _read(self, services: Services, site: Site, question: Question) -> tuple[CachedCounts, bool]:
        """Returns the figures, or the last ones that could be read, and whether it is those."""
        try:
            return await self._counter.read(services, site, question), False
        except Unavailable:
            if last := self._counter.find_last(site, question):
                return last, True
            raise

    async def _render(self, kind: str, view: WidgetView, problem: str = "") -> Rendering:
        key = (kind, view, problem)
        rendering = self._renderings.find(key)
        if rendering is None:
            render = KINDS[kind].render
            body = render(view, problem) if render else await self._render_png(view, problem)
            body = body.encode() if isinstance(body, str) else body
            rendering = make_rendering(body, compresses=kind != "png")
            self._renderings.store(key, rendering)
        return rendering

    async def _render_png(self, view: WidgetView, problem: str) -> bytes:
        # A PNG takes milliseconds: it is made in a thread, and only a few wait for their turn.
        if self._waiting >= MAX_WAITING_RENDERS:
            raise Unavailable("too many PNG pictures are being made")
        self._waiting += 1
        try:
            async with self._renders:
                return await asyncio.to_thread(png.render_png, view, self._font_file, problem)
        finally:
            self._waiting -= 1

    async def _answer_error(self, request: Request, kind: str, error: AnalyticsError) -> Response:
        """Answers an error in the widget's own shape, so that a page that embeds it is never broken."""
        refused = error_response(error, request.url.path)
        if kind in ("txt", "json"):
            refused.headers.update(EMBEDDABLE)
            return refused
        answer = await self._answer_problem(request, kind, refused.status_code, _public_text(error))
        if retry := refused.headers.get("retry-after"):
            answer.headers["Retry-After"] = retry
        return answer

    async def _answer_problem(self, request: Request, kind: str, status: int, problem: str) -> Response:
        options = parse_leniently(request.query_params)
        if kind == "badge":
            options = replace(options, variant=Variant.BADGE)
        view = build_error_view(options, ())
        try:
            rendering = await self._render(kind, view, problem)
        except Unavailable:
            rendering, kind = await self._render("svg", view, problem), "svg"
        headers = {**COMPRESSED, **NO_STORE, "Content-Security-Policy": KINDS[kind].policy}
        if problem:
            headers["X-Problem"] = problem.encode("ascii", "backslashreplace").decode()
        return Response(rendering.body, status, headers, media_type=KINDS[kind].media_type)


def _public_text(error: AnalyticsError) -> str:
    """Returns what is wrong with a request; nothing where the fault is the service's own."""
    # The name of a parameter comes from the client, and neither a header nor XML takes every character.
    return "" if isinstance(error, Unavailable) else strip_bidi(str(error)[:PROBLEM_LIMIT])


def _cache_control(site: Site) -> str:
    age = int((DEMO_MAX_AGE if site.demo else MAX_AGE).total_seconds())
    return f"public, max-age={age}, s-maxage={age}, stale-while-revalidate=60, stale-if-error=86400"


async def _count_view(request: Request, services: Services) -> str:
    """Counts the view that an image with count=1 stands for; returns the verdict, or an empty text."""
    query = request.query_params
    if query.get("count", "0") not in ("0", "1"):
        raise BadParameter("count", "enum", "must be 1 or left out", ["1"])
    if query.get("count") != "1":
        if "u" in query:
            raise BadParameter("u", "value", "is allowed only with count=1")
        return ""
    beacon = pixel(request.path_params["site"], query.get("u", ""), request.headers.get("referer", ""))
    return header_value(await record(services, request, (beacon,)))


def _respond(request: Request, rendering: Rendering, media_type: str, headers: dict[str, str]) -> Response:
    compresses = bool(rendering.compressed) and "gzip" in request.headers.get("accept-encoding", "")
    # The compressed form is other bytes, and has a tag of its own.
    tag = f'"{rendering.tag}{"-g" if compresses else ""}"'
    headers = {**headers, "ETag": tag}
    if is_unchanged(request, tag) and headers["Cache-Control"] != NO_STORE["Cache-Control"]:
        return Response(status_code=304, headers=headers)
    if compresses:
        headers["Content-Encoding"] = "gzip"
    return Response(
        rendering.compressed if compresses else rendering.body, headers=headers, media_type=media_type
    )
