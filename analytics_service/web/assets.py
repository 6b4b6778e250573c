"""Scripts, the demo page and the health check."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from functools import cache
from hashlib import sha384
from pathlib import Path

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from analytics_service.web.headers import COMPRESSED, EMBEDDABLE, NO_STORE, digest_of, is_unchanged
from analytics_service.web.intake.client import names_nobody
from analytics_service.web.services import services_of

_INSTALLED = Path(__file__).parent
_CHECKOUT = Path(__file__).parents[2] / "widget"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
CACHE_FOREVER = "public, max-age=31536000, immutable"
SCRIPT_HEADERS = {
    **COMPRESSED,
    "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800",
}


@cache
def _read(name: str) -> bytes:
    # A wheel carries the files beside this one; an editable checkout reads them where they are built.
    installed = _INSTALLED / name
    return (installed if installed.exists() else _CHECKOUT / name).read_bytes()


@cache
def _served_files() -> frozenset[str]:
    """Returns the names of all files below `widget/dist` that are served."""
    folder = (_INSTALLED if (_INSTALLED / "dist").exists() else _CHECKOUT) / "dist"
    listed = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    return frozenset(name for name in listed if not name.endswith((".br", ".gz")))


def _serve_file(request: Request, name: str, media_type: str, **more: str) -> Response:
    """Returns a file of `widget/dist` as it was built. Raises HTTPException where there is none."""
    if name not in _served_files():
        raise HTTPException(404, "There is no such file.", EMBEDDABLE)
    body = _read(f"dist/{name}")
    accepted = request.headers.get("accept-encoding", "")
    tag = f'"{digest_of(body)}"'
    headers = {**SCRIPT_HEADERS, **more, "ETag": tag}
    if is_unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    for encoding, suffix in _ENCODINGS:
        if encoding in accepted:
            headers["Content-Encoding"] = encoding
            return Response(_read(f"dist/{name}{suffix}"), headers=headers, media_type=media_type)
    return Response(body, headers=headers, media_type=media_type)


def serve_script(name: str) -> Callable[[Request], Awaitable[Response]]:
    """Returns a handler that answers with that script: snippet, widget, extras or spans."""

    async def answer(request: Request) -> Response:
        return _serve_file(request, name, "text/javascript")

    return answer


async def serve_release(request: Request) -> Response:
    """`GET /v/{version}.js`: answers with the snippet of one release, which never changes."""
    name = f"v/{request.path_params['version']}.js"
    return _serve_file(request, name, "text/javascript", **{"Cache-Control": CACHE_FOREVER})


def integrity(version: str) -> str:
    """Returns the `integrity` attribute for the snippet of a release (Subresource Integrity)."""
    return "sha384-" + b64encode(sha384(_read(f"dist/v/{version}.js")).digest()).decode()


async def serve_texts(request: Request) -> Response:
    """`GET /w/l/{language}.json`: answers with texts of the widget that are not part of its script."""
    return _serve_file(request, f"l/{request.path_params['language']}.json", "application/json")


async def serve_demo(request: Request) -> Response:
    """`GET /demo`: answers with a page that carries the snippet and the widget of the demo site."""
    demo_site = next((site for site in services_of(request).sites.all() if site.demo), None)
    if demo_site is None:
        return PlainTextResponse("This service has no demo site.\n", 404)
    page = _read("demo.html").decode("utf-8")
    # Relative addresses: nothing here is built from what the request claims about its host.
    for placeholder, value in (("site", demo_site.public_id), ("origin", "."), ("lang", demo_site.locale)):
        page = page.replace("{{" + placeholder + "}}", value)
    return Response(page, headers=NO_STORE, media_type="text/html; charset=utf-8")


async def report_health(request: Request) -> Response:
    """`GET /health`: answers 200 where the service is ready, else 503 with the reasons."""
    services = services_of(request)
    reasons = services.unready()
    body = {"live": True, "ready": not reasons, "reasons": reasons}
    status = 503 if reasons else 200
    # For `doctor`, which asks through the proxy.
    unnamed = {"X-Vstats-Client": "unnamed"} if names_nobody(request, services.proxies) else {}
    headers = {**NO_STORE, **unnamed}
    return Response(msgspec.json.encode(body), status, headers, media_type="application/json")
