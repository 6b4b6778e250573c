"""Templates and static files of the dashboard."""

import gzip
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.web.headers import digest_of

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


@cache
def environment() -> "Environment":
    """Returns the templates of all pages: every value is escaped, and a missing one is an error."""
    # Imported with the first page: it takes a tenth of a second, which not every start needs.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _files() -> dict[str, tuple[bytes, bytes]]:
    """Returns all static files by name, plain and compressed."""
    read = {file.name: file.read_bytes() for file in sorted((FOLDER / "static").iterdir())}
    return {name: (body, gzip.compress(body, mtime=0)) for name, body in read.items()}


@cache
def _digest() -> str:
    """Returns the digest of all files together: scripts name each other by addresses beside their own."""
    return digest_of(b"".join(name.encode() + body for name, (body, _) in _files().items()))


def asset_path(root: str, name: str) -> str:
    """Returns the address of a static file, which changes whenever any of them does."""
    if name not in _files():
        raise KeyError(name)
    return f"{root}/static/{_digest()}/{name}"


async def serve_static(request: Request) -> Response:
    """`GET /static/{digest}/{name}`: answers with a style sheet, script or picture of the dashboard."""
    name = request.path_params["name"]
    if name not in _files() or request.path_params["digest"] != _digest():
        raise HTTPException(404, "There is no such file.", {"Cache-Control": "no-store"})
    headers = dict(HEADERS)
    body, compressed = _files()[name]
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = compressed
    return Response(body, headers=headers, media_type=MEDIA_TYPES[Path(name).suffix])
