"""Snippet, widget and demo page."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from functools import cache
from hashlib import blake2b, sha384
from pathlib import Path

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from analytics_service.web.prefix import prefix_of
from analytics_service.web.services import services_of

_INSTALLED = Path(__file__).parent
_CHECKOUT = Path(__file__).parents[2] / "widget"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
FOR_EVER = "public, max-age=31536000, immutable"
CROSS_ORIGIN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
SCRIPT_HEADERS = {
    **CROSS_ORIGIN,
    "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800",
    "Vary": "Accept-Encoding",
}


@cache
def _read(name: str) -> bytes:
    # A wheel carries the files beside this one; an editable checkout reads them where they are built.
    installed = _INSTALLED / name
    return (installed if installed.exists() else _CHECKOUT / name).read_bytes()


@cache
def _names() -> frozenset[str]:
    """The files of `widget/dist` that are served, and nothing else is."""
    folder = (_INSTALLED if (_INSTALLED / "dist").exists() else _CHECKOUT) / "dist"
    listed = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    return frozenset(name for name in listed if not name.endswith((".br", ".gz")))


def _script(request: Request, name: str, kind: str, **more: str) -> Response:
    """A file of `widget/dist` as it was built. Raises HTTPException where there is none."""
    if name not in _names():
        raise HTTPException(404, "There is no such file.", CROSS_ORIGIN)
    body = _read(f"dist/{name}")
    accepted = request.headers.get("accept-encoding", "")
    tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    headers = {**SCRIPT_HEADERS, **more, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    for encoding, suffix in _ENCODINGS:
        if encoding in accepted:
            headers["Content-Encoding"] = encoding
            return Response(_read(f"dist/{name}{suffix}"), headers=headers, media_type=kind)
    return Response(body, headers=headers, media_type=kind)


def script(name: str) -> Callable[[Request], Awaitable[Response]]:
    """What answers with a script: snippet, widget or spans."""

    async def answer(request: Request) -> Response:
        return _script(request, name, "text/javascript")

    return answer


async def pinned(request: Request) -> Response:
    """`/v/{version}.js`: the snippet of one release, the same for ever."""
    name = f"v/{request.path_params['version']}.js"
    return _script(request, name, "text/javascript", **{"Cache-Control": FOR_EVER})


def integrity(version: str) -> str:
    """What `integrity` says of the snippet of a release (Subresource Integrity)."""
    return "sha384-" + b64encode(sha384(_read(f"dist/v/{version}.js")).digest()).decode()


async def language(request: Request) -> Response:
    """`/w/l/{language}.json`: the widget's texts in a language that it does not carry itself."""
    return _script(request, f"l/{request.path_params['language']}.json", "application/json")


async def demo(request: Request) -> Response:
    """A page that carries the demo site's snippet and widget."""
    demo_site = next((site for site in services_of(request).sites.all() if site.demo), None)
    if demo_site is None:
        return PlainTextResponse("There is no demo site here.\n", 404)
    page = _read("demo.html").decode("utf-8")
    # Relative addresses: nothing here is built from what the request claims about its host.
    for placeholder, value in (("site", demo_site.public_id), ("origin", "."), ("lang", demo_site.locale)):
        page = page.replace("{{" + placeholder + "}}", value)
    headers = {"Cache-Control": "no-store"}
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")


async def front(request: Request) -> Response:
    """The address itself leads to the demo page."""
    return RedirectResponse(f"{prefix_of(services_of(request).url)}/demo", 307)


async def health(request: Request) -> Response:
    """Alive always; ready or 503 with the reasons."""
    reasons = services_of(request).unready()
    body = {"live": True, "ready": not reasons, "reasons": reasons}
    status = 503 if reasons else 200
    return Response(
        msgspec.json.encode(body), status, {"Cache-Control": "no-store"}, media_type="application/json"
    )
