"""What the handlers are given, made by the fuse box and carried in the application's state."""

import ipaddress
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

from starlette.requests import Request

from analytics_service.collecting import Collector, Directory
from analytics_service.domain.model import Client
from analytics_service.domain.networks import Network
from analytics_service.enrichment.languages import LANGUAGES_LIMIT
from analytics_service.enrichment.signs import Signs
from analytics_service.ports import Clock, FactSink
from analytics_service.reporting import Reporter
from analytics_service.web.ready import ReadyAnswers

FORWARDED_LIMIT = 50
WARNED_EACH = 3600.0
_MAPPED = bytes(10) + b"\xff\xff"
PEERS_KEPT = 256
AGENT_LIMIT = 512
_PURPOSES = frozenset({b"sec-purpose", b"purpose", b"x-moz"})
_SIGNALS = frozenset({b"sec-gpc", b"dnt"})
_NOT_YET_SHOWN = (b"prefetch", b"prerender", b"preview")

log = logging.getLogger(__name__)


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
    proxies: "Proxies"
    ready: ReadyAnswers
    unready: Callable[[], list[str]]
    end_streams: Callable[[], None]


def parts_of(request: Request) -> Parts:
    """The parts behind this application."""
    parts: Parts = request.state.parts
    return parts


def _packed(text: str) -> bytes | None:
    """An address as 4 or 16 bytes, or None where it is none; one of IPv4 in IPv6's clothes is one of IPv4."""
    text = text.strip()
    # A fifth of what `ipaddress` costs, and as strict.
    try:
        return inet_pton(AF_INET, text)
    except (OSError, ValueError):
        if ":" not in text:
            return None
    try:
        packed = inet_pton(AF_INET6, text.partition("%")[0])
    except (OSError, ValueError):
        return None
    return packed[12:] if packed.startswith(_MAPPED) else packed


def _told(packed: bytes) -> str:
    return inet_ntop(AF_INET if len(packed) == 4 else AF_INET6, packed)


class Proxies:
    """Which peers may say for whom they ask."""

    def __init__(self, trusted: tuple[Network, ...]) -> None:
        # First and last address by their length: of one length, bytes compare as numbers do.
        self._trusted: dict[int, list[tuple[bytes, bytes]]] = {4: [], 16: []}
        for one in trusted:
            first = one.network_address.packed
            self._trusted[len(first)].append((first, one.broadcast_address.packed))
        self._warned_at = -WARNED_EACH
        # The same few proxies ask for everybody.
        self._peer = lru_cache(maxsize=PEERS_KEPT)(self._looked_at)

    def _looked_at(self, peer: str) -> tuple[bytes | None, bool]:
        packed = _packed(peer)
        return packed, packed is not None and self._trusts(packed)

    def _trusts(self, address: bytes) -> bool:
        for first, last in self._trusted[len(address)]:  # noqa: SIM110 - a generator costs more than the rest
            if first <= address <= last:
                return True
        return False

    def client(self, peer: str, forwarded: str) -> tuple[str, bool]:
        """The client's address, and whether a trusted proxy has kept it to itself."""
        at_socket, is_trusted = self._peer(peer)
        if at_socket is None or not forwarded:
            return peer, is_trusted
        if not is_trusted:
            self._warn(at_socket)
            return peer, False
        address = self._rightmost(forwarded, at_socket)
        return _told(address), address == at_socket

    def _rightmost(self, forwarded: str, at_socket: bytes) -> bytes:
        """The rightmost address that no trusted proxy owns."""
        if "," not in forwarded:
            return _packed(forwarded) or at_socket
        address = at_socket
        for part in reversed(forwarded.rsplit(",", FORWARDED_LIMIT)[-FORWARDED_LIMIT:]):
            told = _packed(part)
            if told is None:
                break
            address = told
            if not self._trusts(told):
                break
        return address

    def _warn(self, peer: bytes) -> None:
        now = time.monotonic()
        # A proxy has a private address as a rule; a public one may be a visitor's, and is not told.
        is_public = ipaddress.ip_address(peer).is_global
        told = "a peer" if is_public else _told(peer)
        if now - self._warned_at >= WARNED_EACH:
            self._warned_at = now
            log.warning(
                "%s sends X-Forwarded-For and is not trusted; if it is your proxy, add --trusted-proxy %s",
                told,
                "with its address" if is_public else told,
            )


def client_of(request: Request, proxies: Proxies) -> Client:
    """Who sent this request."""
    return client_from(request.scope["headers"], request.client.host if request.client else "", proxies)


def client_from(headers: Iterable[tuple[bytes, bytes]], peer: str, proxies: Proxies) -> Client:
    """Who sent a request with these headers, their names in lower case."""
    agent: bytes | None = None
    origin: bytes | None = None
    languages = forwarded = purpose = b""
    signs = 0
    opts_out = False
    for name, value in headers:
        if name == b"user-agent":
            agent = value if agent is None else agent
        elif name == b"x-forwarded-for":
            forwarded = forwarded + b"," + value if forwarded else value
        elif name == b"origin":
            origin = value if origin is None else origin
        elif name == b"accept-language":
            languages = value
            signs |= Signs.ACCEPT_LANGUAGE
        elif name == b"sec-fetch-mode":
            signs |= Signs.FETCH_METADATA
        elif name == b"x-forwarded-proto":
            signs |= Signs.HTTPS if value == b"https" else 0
        elif name in _PURPOSES:
            purpose += value
        elif name in _SIGNALS:
            opts_out = opts_out or value == b"1"
    address, is_behind = proxies.client(peer, forwarded.decode("latin-1"))
    return Client(
        address=address,
        agent=agent[:AGENT_LIMIT].decode("latin-1") if agent else "",
        origin=None if origin is None else origin.decode("latin-1"),
        prefetch=bool(purpose) and any(sign in purpose for sign in _NOT_YET_SHOWN),
        languages=languages[:LANGUAGES_LIMIT].decode("latin-1"),
        signs=signs,
        opts_out=opts_out,
        is_behind=is_behind,
    )
