"""The page that shows the OpenAPI document: Swagger UI, shipped with the service."""

from functools import cache
from pathlib import Path

import brotli
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from analytics_service.web.encodings import choose_encoding, compress
from analytics_service.web.headers import NO_STORE, digest_of, is_unchanged
from analytics_service.web.prefix import prefix_of
from analytics_service.web.services import services_of

FOLDER = Path(__file__).parent / "viewer"
FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "docs.js": "text/javascript",
    "docs.css": "text/css",
}
PAGE_HEADERS = {
    **NO_STORE,
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
STATIC_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}


def _packed(name: str) -> Path:
    return FOLDER / f"{name}.br"


@cache
def _read(name: str, encoding: str) -> tuple[bytes, str]:
    """Returns a file in an encoding, with its tag; those of the viewer are kept in brotli."""
    if encoding == "br":
        body = _packed(name).read_bytes()
    elif _packed(name).exists():
        body = brotli.decompress(_packed(name).read_bytes())
    else:
        body = (FOLDER / name).read_bytes()
    if encoding == "gzip":
        body = compress(body, encoding)
    return body, f'"{digest_of(body)}"'


async def serve_page(request: Request) -> Response:
    """`GET /api/docs`: answers anybody with the page."""
    return Response(_read("docs.html", "")[0], headers=PAGE_HEADERS, media_type="text/html; charset=utf-8")


async def redirect_to_page(request: Request) -> Response:
    """`GET /api` and `GET /api/v1`: leads to the page."""
    return RedirectResponse(f"{prefix_of(services_of(request).url)}/api/docs", 307)


async def serve_static(request: Request) -> Response:
    """`GET /api/docs/{name}`: answers with a script or style sheet of the page."""
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(404, "There is no such file.")
    encoding = choose_encoding(request.headers.get("accept-encoding", ""))
    if not _packed(name).exists():
        # Of a few hundred bytes: not worth it.
        encoding = ""
    body, tag = _read(name, encoding)
    headers = {**STATIC_HEADERS, "ETag": tag}
    if is_unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, headers=headers, media_type=FILES[name])
