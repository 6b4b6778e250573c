"""The page on which a widget is put together, and the files it is made of."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).with_name("static")
FILES = {"frame.js": "text/javascript", "builder.js": "text/javascript", "builder.css": "text/css"}
STATIC_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


@cache
def _read(name: str) -> tuple[bytes, str]:
    body = (STATIC / name).read_bytes()
    return body, f'"{blake2b(body, digest_size=8).hexdigest()}"'


async def static(request: Request) -> Response:
    """A script or style sheet of builder and frame."""
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(404, "There is no such file.")
    body, tag = _read(name)
    headers = {**STATIC_HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=FILES[name])
