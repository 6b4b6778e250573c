"""Who sent a request, as far as its connection and headers tell."""

from collections.abc import Iterable

import msgspec
from starlette.requests import Request

from analytics_service.domain.client import Client, HeaderSignals
from analytics_service.enrichment.languages import LANGUAGES_LIMIT
from analytics_service.web.intake.proxies import Forwarded, Proxies

AGENT_LIMIT = 512


# Those of Chromium and Firefox today, and of older Safari, Chrome and Firefox.
_PURPOSES = frozenset({b"sec-purpose", b"purpose", b"x-purpose", b"sec-fetch-purpose", b"x-moz"})


_SIGNALS = frozenset({b"sec-gpc", b"dnt"})


_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"})


_READ = _PURPOSES | _SIGNALS | _FORWARDED | {b"user-agent", b"origin", b"accept-language", b"sec-fetch-mode"}


_PREFETCHING = (b"prefetch", b"prerender", b"preview", b"instant")


def client_of(request: Request, proxies: Proxies) -> Client:
    """Returns who sent this request, through trusted proxies or not.

    An image has no Origin: it is shown where its Referer says, if that is told.
    """
    client = client_from(request.scope["headers"], request.client.host if request.client else "", proxies)
    if request.method == "GET" and client.origin is None:
        page = request.headers.get("referer", "")
        if page.startswith(("http://", "https://")):
            return msgspec.structs.replace(client, origin=page)
    return client


def names_nobody(request: Request, proxies: Proxies) -> bool:
    """Whether a trusted proxy asks, and does not name its client."""
    peer = request.client.host if request.client else ""
    sent = Forwarded(request.headers.get("x-forwarded-for", ""), "", request.headers.get("forwarded", ""))
    return proxies.names_nobody(peer, sent)


def client_from(headers: Iterable[tuple[bytes, bytes]], peer: str, proxies: Proxies) -> Client:
    """Returns who sent a request with these headers, whose names are in lower case."""
    agent: bytes | None = None
    origin: bytes | None = None
    languages = purpose = b""
    forwarded: dict[bytes, bytes] = {}
    header_signals = 0
    opts_out = False
    for name, value in headers:
        if name not in _READ:
            continue
        if name == b"user-agent":
            agent = value if agent is None else agent
        elif name in _FORWARDED:
            forwarded[name] = forwarded[name] + b"," + value if name in forwarded else value
        elif name == b"origin":
            origin = value if origin is None else origin
        elif name == b"accept-language":
            languages = value
            header_signals |= HeaderSignals.ACCEPT_LANGUAGE
        elif name == b"sec-fetch-mode":
            header_signals |= HeaderSignals.FETCH_METADATA
        elif name in _PURPOSES:
            purpose += value.lower()
        elif name in _SIGNALS:
            opts_out = opts_out or value == b"1"
    sender = proxies.client(peer, _forwarded(forwarded))
    # A browser that keeps its page to itself says "null": the page that the beacon names is judged.
    if origin == b"null":
        origin = None
    return Client(
        address=sender.address,
        agent=agent[:AGENT_LIMIT].decode("latin-1") if agent else "",
        origin=None if origin is None else origin.decode("latin-1"),
        prefetch=bool(purpose) and any(sign in purpose for sign in _PREFETCHING),
        languages=languages[:LANGUAGES_LIMIT].decode("latin-1"),
        header_signals=header_signals | HeaderSignals.HTTPS if sender.is_https else header_signals,
        opts_out=opts_out,
        is_proxy_address=sender.is_proxy_address,
    )


def _forwarded(headers: dict[bytes, bytes]) -> Forwarded:
    return Forwarded(
        headers.get(b"x-forwarded-for", b"").decode("latin-1"),
        headers.get(b"x-forwarded-proto", b"").decode("latin-1"),
        headers.get(b"forwarded", b"").decode("latin-1"),
    )
