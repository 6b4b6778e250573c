"""What the handlers are given, made by the fuse box and carried in the application's state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.requests import Request

from analytics_service.collecting import Collector, Directory
from analytics_service.domain.model import Client
from analytics_service.enrichment.languages import LANGUAGES_LIMIT
from analytics_service.enrichment.signs import Signs
from analytics_service.ports import Clock, FactSink
from analytics_service.reporting import Reporter
from analytics_service.web.proxies import Forwarded, Proxies
from analytics_service.web.ready import ReadyAnswers

AGENT_LIMIT = 512
_PURPOSES = frozenset({b"sec-purpose", b"purpose", b"x-moz"})
_SIGNALS = frozenset({b"sec-gpc", b"dnt"})
_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"})
_READ = _PURPOSES | _SIGNALS | _FORWARDED | {b"user-agent", b"origin", b"accept-language", b"sec-fetch-mode"}
_NOT_YET_SHOWN = (b"prefetch", b"prerender", b"preview")


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a handler may call; `unready` tells why the service is not ready, if it is not.

    `end_streams` sends away who listens to a stream, as the service ends.
    """

    collector: Collector
    journal: FactSink
    directory: Directory
    reporter: Reporter
    clock: Clock
    url: str
    proxies: Proxies
    ready: ReadyAnswers
    unready: Callable[[], list[str]]
    end_streams: Callable[[], None]


def parts_of(request: Request) -> Parts:
    """The parts behind this application."""
    parts: Parts = request.state.parts
    return parts


def client_of(request: Request, proxies: Proxies) -> Client:
    """Who sent this request."""
    return client_from(request.scope["headers"], request.client.host if request.client else "", proxies)


def client_from(headers: Iterable[tuple[bytes, bytes]], peer: str, proxies: Proxies) -> Client:
    """Who sent a request with these headers, their names in lower case."""
    agent: bytes | None = None
    origin: bytes | None = None
    languages = purpose = b""
    forwarded: dict[bytes, bytes] = {}
    signs = 0
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
            signs |= Signs.ACCEPT_LANGUAGE
        elif name == b"sec-fetch-mode":
            signs |= Signs.FETCH_METADATA
        elif name in _PURPOSES:
            purpose += value
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
        prefetch=bool(purpose) and any(sign in purpose for sign in _NOT_YET_SHOWN),
        languages=languages[:LANGUAGES_LIMIT].decode("latin-1"),
        signs=signs | Signs.HTTPS if sender.is_https else signs,
        opts_out=opts_out,
        is_behind=sender.is_behind,
    )


def _forwarded(headers: dict[bytes, bytes]) -> Forwarded:
    return Forwarded(
        headers.get(b"x-forwarded-for", b"").decode("latin-1"),
        headers.get(b"x-forwarded-proto", b"").decode("latin-1"),
        headers.get(b"forwarded", b"").decode("latin-1"),
    )
