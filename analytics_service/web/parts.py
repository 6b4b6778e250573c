"""What the handlers are given, made by the fuse box and carried in the application's state."""

import ipaddress
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.requests import Request

from analytics_service.collecting import Collector, Directory
from analytics_service.domain.model import Client
from analytics_service.ports import Clock, FactSink
from analytics_service.reporting import Reporter

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
FORWARDED_LIMIT = 50
WARNED_EACH = 3600.0
AGENT_LIMIT = 512
_PURPOSES = frozenset({b"sec-purpose", b"purpose", b"x-moz"})
_NOT_YET_SHOWN = (b"prefetch", b"prerender", b"preview")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a handler may call; `unready` tells why the service is not ready, if it is not."""

    collector: Collector
    journal: FactSink
    directory: Directory
    reporter: Reporter
    clock: Clock
    url: str
    proxies: "Proxies"
    unready: Callable[[], list[str]]


def parts_of(request: Request) -> Parts:
    """The parts behind this application."""
    parts: Parts = request.state.parts
    return parts


def _ip(text: str) -> Ip | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


class Proxies:
    """Which peers may say for whom they ask."""

    def __init__(self, trusted: tuple[Network, ...]) -> None:
        self._trusted = trusted
        self._warned_at = -WARNED_EACH

    def _trusts(self, address: Ip) -> bool:
        return any(address in network for network in self._trusted)

    def address(self, peer: str, forwarded: str) -> str:
        """The client's address: the rightmost one that no trusted proxy owns."""
        at_socket = _ip(peer)
        if at_socket is None or not forwarded:
            return peer
        if not self._trusts(at_socket):
            self._warn(at_socket)
            return peer
        address: Ip = at_socket
        for part in reversed(forwarded.rsplit(",", FORWARDED_LIMIT)[-FORWARDED_LIMIT:]):
            told = _ip(part)
            if told is None:
                break
            address = told
            if not self._trusts(told):
                break
        return str(address)

    def _warn(self, peer: Ip) -> None:
        # A proxy has a private address as a rule; a public one may be a visitor's, and is not told.
        told = "a peer" if peer.is_global else str(peer)
        now = time.monotonic()
        if now - self._warned_at >= WARNED_EACH:
            self._warned_at = now
            log.warning(
                "%s sends X-Forwarded-For and is not trusted; if it is your proxy, add --trusted-proxy %s",
                told,
                "with its address" if peer.is_global else told,
            )


def networks(trusted: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks of CIDR texts. Raises ValueError for what is none."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in trusted)


def client_of(request: Request, proxies: Proxies) -> Client:
    """Who sent this request."""
    return client_from(request.scope["headers"], request.client.host if request.client else "", proxies)


def client_from(headers: Iterable[tuple[bytes, bytes]], peer: str, proxies: Proxies) -> Client:
    """Who sent a request with these headers, their names in lower case."""
    agent: bytes | None = None
    origin: bytes | None = None
    forwarded = purpose = b""
    for name, value in headers:
        if name == b"user-agent":
            agent = value if agent is None else agent
        elif name == b"x-forwarded-for":
            forwarded = forwarded + b"," + value if forwarded else value
        elif name == b"origin":
            origin = value if origin is None else origin
        elif name in _PURPOSES:
            purpose += value
    return Client(
        address=proxies.address(peer, forwarded.decode("latin-1")),
        agent=agent[:AGENT_LIMIT].decode("latin-1") if agent else "",
        origin=None if origin is None else origin.decode("latin-1"),
        prefetch=bool(purpose) and any(sign in purpose for sign in _NOT_YET_SHOWN),
    )
