"""Snippet, widget and demo page."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from analytics_service.web.parts import parts_of

_INSTALLED = Path(__file__).parent
_CHECKOUT = Path(__file__).parents[2] / "widget"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
SCRIPT_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


@cache
def _read(name: str) -> bytes:
    # A wheel carries the files beside this one; an editable checkout reads them where they are built.
    installed = _INSTALLED / name
    return (installed if installed.exists() else _CHECKOUT / name).read_bytes()


def is_built(name: str) -> bool:
    """Whether there is a script of that name to be served."""
    return any((folder / "dist" / name).exists() for folder in (_INSTALLED, _CHECKOUT))


def _script(request: Request, name: str) -> Response:
    accepted = request.headers.get("accept-encoding", "")
    tag = f'"{blake2b(_read(f"dist/{name}"), digest_size=8).hexdigest()}"'
    headers = {**SCRIPT_HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    for encoding, suffix in _ENCODINGS:
        if encoding in accepted:
            headers["Content-Encoding"] = encoding
            return Response(_read(f"dist/{name}{suffix}"), headers=headers, media_type="text/javascript")
    return Response(_read(f"dist/{name}"), headers=headers, media_type="text/javascript")


async def snippet(request: Request) -> Response:
    """`/v.js`."""
    return _script(request, "v.js")


async def widget(request: Request) -> Response:
    """`/w.js`."""
    return _script(request, "w.js")


async def demo(request: Request) -> Response:
    """A page that carries the demo site's snippet and widget."""
    demo_site = next((site for site in parts_of(request).directory.sites() if site.demo), None)
    if demo_site is None:
        return PlainTextResponse("There is no demo site here.\n", 404)
    page = _read("demo.html").decode("utf-8")
    # Relative addresses: nothing here is built from what the request claims about its host.
    for placeholder, value in (("site", demo_site.public_id), ("origin", ""), ("lang", demo_site.locale)):
        page = page.replace("{{" + placeholder + "}}", value)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")


async def front(_request: Request) -> Response:
    """The address itself leads to the demo page."""
    return RedirectResponse("/demo", 307)


async def health(request: Request) -> Response:
    """Alive always; ready or 503 with the reasons."""
    reasons = parts_of(request).unready()
    body = {"live": True, "ready": not reasons, "reasons": reasons}
    status = 503 if reasons else 200
    return Response(
        msgspec.json.encode(body), status, {"Cache-Control": "no-store"}, media_type="application/json"
    )
