"""Whose address counts, and what a proxy says of the client it asks for."""

import ipaddress
import logging
import math
import re
import time
from datetime import timedelta
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

from analytics_service.domain.networks import Network

FORWARDED_LIMIT = 50
WARNING_INTERVAL = timedelta(hours=1)
STANDARD_LIMIT = 2048
PEER_CACHE_SIZE = 256
_MAPPED = bytes(10) + b"\xff\xff"
# An IPv6 address in brackets, or an IPv4 address, each perhaps with a port.
_IN_BRACKETS = re.compile(r"\[([^\]]*)\](?::\d{1,5})?")
_WITH_PORT = re.compile(r"([\d.]+):\d{1,5}")
# RFC 7239: `for` and `proto` of each proxy, the values with or without quotes.
_PAIR = re.compile(r'(?:^|[;,])\s*(for|proto)\s*=\s*("[^"]*"|[^;,\s]*)', re.IGNORECASE)

log = logging.getLogger(__name__)


def parse_address(text: str) -> bytes | None:
    """Returns an address as 4 or 16 bytes, or None where it is none; an IPv4-mapped one is an IPv4 address.

    Ports, quotes, brackets and zones are left out, as in 192.0.2.1:4711 or "[2001:db8::1%eth0]:443".
    """
    # A fifth of what `ipaddress` costs, and as strict.
    try:
        return inet_pton(AF_INET, text)
    except (OSError, ValueError):
        text = text.strip().strip('"').strip()
    if match := _IN_BRACKETS.fullmatch(text) or _WITH_PORT.fullmatch(text):
        text = match.group(1)
    try:
        if ":" not in text:
            return inet_pton(AF_INET, text)
        packed = inet_pton(AF_INET6, text.partition("%")[0])
    except (OSError, ValueError):
        return None
    return packed[12:] if packed.startswith(_MAPPED) else packed


def format_address(packed: bytes) -> str:
    """The usual form of an address of 4 or 16 bytes."""
    return inet_ntop(AF_INET if len(packed) == 4 else AF_INET6, packed)


class Forwarded(NamedTuple):
    """What a request's headers say of the client, as they were sent: proxies write them, and anybody can."""

    addresses: str = ""
    protocol: str = ""
    standard: str = ""

    def named(self) -> str:
        """The addresses, separated by commas: X-Forwarded-For, and only without it `Forwarded`."""
        if self.addresses or not self.standard:
            return self.addresses
        return ",".join(self._values("for"))

    def is_https(self) -> bool | None:
        """Whether a proxy was asked over https; None where no proxy says so."""
        protocols = self.protocol
        if not protocols and self.standard:
            protocols = ",".join(value.strip('"') for value in self._values("proto"))
        if not protocols:
            return None
        return any(one.strip().lower() == "https" for one in protocols.split(","))

    def _values(self, wanted: str) -> list[str]:
        # The proxies' own part is the end of it.
        pairs = _PAIR.findall(self.standard[-STANDARD_LIMIT:])
        return [value for name, value in pairs if name.lower() == wanted]


class Sender(NamedTuple):
    """The client's address, whether a trusted proxy has kept it to itself, and whether it speaks https."""

    address: str
    is_proxy_address: bool
    is_https: bool


class Proxies:
    """Which peers may say for whom they ask; `is_https` is what holds where they do not name the protocol."""

    def __init__(self, trusted: tuple[Network, ...], *, is_https: bool = False) -> None:
        # First and last address by their length: of one length, bytes compare as numbers do.
        self._trusted: dict[int, list[tuple[bytes, bytes]]] = {4: [], 16: []}
        for one in trusted:
            first = one.network_address.packed
            self._trusted[len(first)].append((first, one.broadcast_address.packed))
        self._is_https = is_https
        self._warned_at: dict[str, float] = {}
        # The same few proxies ask for everybody.
        self._peer = lru_cache(maxsize=PEER_CACHE_SIZE)(self._read_peer)

    def _read_peer(self, peer: str) -> tuple[str, bytes | None, bool]:
        packed = parse_address(peer)
        if packed is None:
            return peer, None, False
        return format_address(packed), packed, self._trusts(packed)

    def _trusts(self, address: bytes) -> bool:
        for first, last in self._trusted[len(address)]:  # noqa: SIM110 - a generator costs more than the rest
            if first <= address <= last:
                return True
        return False

    def is_trusted(self, peer: str) -> bool:
        """Whether this peer is one of the proxies."""
        return self._peer(peer)[2]

    def names_nobody(self, peer: str, forwarded: Forwarded) -> bool:
        """Whether a proxy of ours asks, and says nothing of for whom."""
        return self.is_trusted(peer) and not forwarded.named()

    def client(self, peer: str, forwarded: Forwarded) -> Sender:
        """Who asks through this peer; nobody but a trusted proxy is believed."""
        address, at_socket, is_trusted = self._peer(peer)
        if at_socket is None or not is_trusted:
            if at_socket is not None and (forwarded.addresses or forwarded.standard):
                self._warn_of_untrusted(at_socket)
            return Sender(address, False, False)
        stated = forwarded.is_https()
        is_https = self._is_https if stated is None else stated
        named = forwarded.named()
        found = self._rightmost(named, at_socket) if named else at_socket
        if found != at_socket:
            return Sender(format_address(found), False, is_https)
        # Without https in front, who comes from this machine may well come by no proxy.
        if named or self._is_https:
            self._warn_of_silent(at_socket)
        return Sender(address, True, is_https)

    def _rightmost(self, named: str, at_socket: bytes) -> bytes:
        """The rightmost address that no trusted proxy owns."""
        if "," not in named:
            return parse_address(named) or at_socket
        address = at_socket
        for part in reversed(named.rsplit(",", FORWARDED_LIMIT)[-FORWARDED_LIMIT:]):
            named_address = parse_address(part)
            if named_address is None:
                break
            address = named_address
            if not self._trusts(named_address):
                break
        return address

    def _warn_of_untrusted(self, peer: bytes) -> None:
        # A proxy has a private address as a rule; a public one may be a visitor's, and is not logged.
        is_public = ipaddress.ip_address(peer).is_global
        name = "a peer" if is_public else format_address(peer)
        self._warn(
            "%s sends X-Forwarded-For and is not trusted; if it is your proxy, add --trusted-proxy %s",
            name,
            "with its address" if is_public else name,
        )

    def _warn_of_silent(self, peer: bytes) -> None:
        self._warn(
            "the trusted proxy %s does not name its clients: all of them count as one visitor; "
            "have it send X-Forwarded-For with the client's address",
            format_address(peer),
        )

    def _warn(self, message: str, *arguments: str) -> None:
        now = time.monotonic()
        if now - self._warned_at.get(message, -math.inf) >= WARNING_INTERVAL.total_seconds():
            self._warned_at[message] = now
            log.warning(message, *arguments)
