"""Headers that several answers share, and the tags by which a client asks whether one has changed."""

from hashlib import blake2b

from starlette.requests import Request

ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
NO_STORE = {"Cache-Control": "no-store"}
EMBEDDABLE = {**ANY_ORIGIN, "Cross-Origin-Resource-Policy": "cross-origin"}
"""For what pages of any origin may load."""
COMPRESSED = {**EMBEDDABLE, "Vary": "Accept-Encoding"}


def digest_of(body: bytes) -> str:
    """Returns 16 hexadecimal digits that differ wherever the bytes do."""
    return blake2b(body, digest_size=8).hexdigest()


def is_unchanged(request: Request, tag: str) -> bool:
    """Whether the client has the bytes of that tag already, so that 304 is the answer."""
    return tag in request.headers.get("if-none-match", "")
