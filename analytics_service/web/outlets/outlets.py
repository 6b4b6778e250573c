"""The widget where no script runs: picture, frame, text and badge, of the same figures as the counter's."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
from analytics_service.web.intake.beacon import header_value
from analytics_service.web.intake.door import record
from analytics_service.web.outlets import frame, png, svg, text
from analytics_service.web.outlets.query import (
    Variant,
    WidgetOptions,
    question_of,
    settled,
    strip_bidi,
    tolerant_look,
)
from analytics_service.web.outlets.render_cache import RenderCache, Rendering, drawing
from analytics_service.web.outlets.svg_canvas import SHEET_HASH
from analytics_service.web.outlets.widget_view import WidgetView, error_scene, scene_of
from analytics_service.web.public.counter import Counter, Known, public_site
from analytics_service.web.services import Services, services_of

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}
AGE = 15
PICTURES_AT_ONCE, PICTURES_WAITING = 2, 64
PROBLEM_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to show figures; `draws` takes a scene and a problem that is told with it."""

    media_type: str
    policy: str
    counts: bool = False
    draws: Callable[[WidgetView, str], str | bytes] | None = None


KINDS: Mapping[str, Kind] = {
    "svg": Kind(
        "image/svg+xml",
        f"default-src 'none'; style-src {SHEET_HASH}; sandbox",
        counts=True,
        draws=lambda scene, told: svg.drawn(scene, problem=told),
    ),
    "png": Kind("image/png", "default-src 'none'; sandbox", counts=True),
    "html": Kind("text/html; charset=utf-8", frame.POLICY, draws=frame.drawn),
    "txt": Kind(
        "text/plain; charset=utf-8",
        "default-src 'none'; sandbox",
        draws=lambda scene, _: text.text(scene),
    ),
    "json": Kind("application/json", "default-src 'none'; sandbox"),
    "badge": Kind(
        "application/json", "default-src 'none'; sandbox", draws=lambda scene, _: text.badge(scene)
    ),
}


class Outlets:
    """Draws what the counter knows, each scene once."""

    def __init__(self, counter: Counter, font_file: Path | None = None) -> None:
        self._counter = counter
        self._font_file = font_file
        self._drawings = RenderCache()
        self._pictures = asyncio.Semaphore(PICTURES_AT_ONCE)
        self._waiting = 0

    async def answer(self, request: Request) -> Response:
        """`GET /w/{site}.svg`, `.png`, `.html`, `.txt` and `.json`."""
        kind = request.path_params["kind"]
        if kind not in KINDS or kind == "badge":
            raise HTTPException(404, "There are .svg, .png, .html, .txt and .json here.")
        if kind == "png" and (lacking := png.lacking(self._font_file)):
            # Browsers look at a picture's type, not at its address: this one is drawn all the same.
            return await self._wrong(request, "svg", 501, lacking)
        return await self._answered(request, kind)

    async def badge(self, request: Request) -> Response:
        """`GET /badge/{site}.json`, for shields.io."""
        return await self._answered(request, "badge")

    async def previewed(
        self, services: Services, site: Site, query: QueryParams
    ) -> tuple[WidgetView, tuple[int, int]]:
        """What the query's picture shows, and its size. Raises BadParameter, NotPublic, Unavailable."""
        question, look = settled(site, *question_of(query, ()))
        known, is_stale = await self._known(services, site, question)
        scene = scene_of(known.counts, look, is_stale=is_stale)
        return scene, svg.size(scene)

    async def _answered(self, request: Request, kind: str) -> Response:
        try:
            return await self._shown(request, kind)
        except AnalyticsError as error:
            return await self._failed(request, kind, error)

    async def _shown(self, request: Request, kind: str) -> Response:
        services, query = services_of(request), request.query_params
        question, look = question_of(query, ("count", "u") if KINDS[kind].counts else ())
        if kind == "badge":
            look = _badge_look(look)
        site = public_site(services, request.path_params["site"])
        question, look = settled(site, question, look)
        headers = {**HEADERS, "Cache-Control": _kept_for(site), "Content-Security-Policy": KINDS[kind].policy}
        if verdict := await _counting(request, services):
            headers |= {"Cache-Control": "no-store", "X-Vstats": verdict}
        known, is_stale = await self._known(services, site, question)
        if kind == "json":
            drawn = Rendering(known.bytes, b"", known.etag.strip('"'))
        else:
            drawn = await self._drawing(kind, scene_of(known.counts, look, is_stale=is_stale))
        return _sent(request, drawn, KINDS[kind].media_type, headers)

    async def _known(self, services: Services, site: Site, question: Question) -> tuple[Known, bool]:
        """The figures, or the last ones that could be read and that they are those."""
        try:
            return await self._counter.known(services, site, question), False
        except Unavailable:
            if last := self._counter.last_known(site, question):
                return last, True
            raise

    async def _drawing(self, kind: str, scene: WidgetView, told: str = "") -> Rendering:
        key = (kind, scene, told)
        found = self._drawings.find(key)
        if found is None:
            draws = KINDS[kind].draws
            body = draws(scene, told) if draws else await self._rendered(scene, told)
            found = drawing(body.encode() if isinstance(body, str) else body, packs=kind != "png")
            self._drawings.keep(key, found)
        return found

    async def _rendered(self, scene: WidgetView, told: str) -> bytes:
        # A picture is milliseconds of work: beside the loop, and never more than a short queue of it.
        if self._waiting >= PICTURES_WAITING:
            raise Unavailable("more pictures are asked for than can be drawn")
        self._waiting += 1
        try:
            async with self._pictures:
                return await asyncio.to_thread(png.drawn, scene, self._font_file, told)
        finally:
            self._waiting -= 1

    async def _failed(self, request: Request, kind: str, error: AnalyticsError) -> Response:
        """An error in the widget's own shape: a page that shows it is never broken."""
        refused = error_response(error, request.url.path)
        if kind in ("txt", "json"):
            refused.headers.update({name: HEADERS[name] for name in HEADERS if name != "Vary"})
            return refused
        answer = await self._wrong(request, kind, refused.status_code, _told(error))
        if retry := refused.headers.get("retry-after"):
            answer.headers["Retry-After"] = retry
        return answer

    async def _wrong(self, request: Request, kind: str, status: int, told: str) -> Response:
        look = tolerant_look(request.query_params)
        scene = error_scene(_badge_look(look) if kind == "badge" else look, ())
        try:
            drawn = await self._drawing(kind, scene, told)
        except Unavailable:
            drawn, kind = await self._drawing("svg", scene, told), "svg"
        headers = {**HEADERS, "Cache-Control": "no-store", "Content-Security-Policy": KINDS[kind].policy}
        if told:
            headers["X-Problem"] = told.encode("ascii", "backslashreplace").decode()
        return Response(drawn.body, status, headers, media_type=KINDS[kind].media_type)


def _told(error: AnalyticsError) -> str:
    """What is wrong with the question; of what is wrong here, nothing is told."""
    # A parameter's name is a stranger's text: neither a header nor XML takes whatever it holds.
    return "" if isinstance(error, Unavailable) else strip_bidi(str(error)[:PROBLEM_LIMIT])


def _badge_look(look: WidgetOptions) -> WidgetOptions:
    return replace(look, variant=Variant.BADGE)


def _kept_for(site: Site) -> str:
    age = 1 if site.demo else AGE
    return f"public, max-age={age}, s-maxage={age}, stale-while-revalidate=60, stale-if-error=86400"


async def _counting(request: Request, services: Services) -> str:
    """What became of the view that an image tells of, once it is on disk; nothing where it tells of none."""
    query = request.query_params
    if query.get("count", "0") not in ("0", "1"):
        raise BadParameter("count", "enum", "is 1, or left out", ["1"])
    if query.get("count") != "1":
        if "u" in query:
            raise BadParameter("u", "value", "is told only with count=1")
        return ""
    if request.method != "GET":
        return "asked only"
    beacon = pixel(request.path_params["site"], query.get("u", ""), request.headers.get("referer", ""))
    (verdict,) = await record(services, request, (beacon,))
    return header_value(verdict)


def _sent(request: Request, drawn: Rendering, media_type: str, headers: dict[str, str]) -> Response:
    packs = bool(drawn.packed) and "gzip" in request.headers.get("accept-encoding", "")
    # The packed form is other bytes, and has a tag of its own.
    tag = f'"{drawn.tag}{"-g" if packs else ""}"'
    headers = {**headers, "ETag": tag}
    if tag in request.headers.get("if-none-match", "") and headers["Cache-Control"] != "no-store":
        return Response(status_code=304, headers=headers)
    if packs:
        headers["Content-Encoding"] = "gzip"
    return Response(drawn.packed if packs else drawn.body, headers=headers, media_type=media_type)
