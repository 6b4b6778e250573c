"""Networks of addresses."""

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def address_block(address: str) -> str:
    """Returns what one sender has: an IPv4 address, or the /64 of an IPv6 address; another text as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Returns the networks of CIDR texts. Raises ValueError for what is none."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
