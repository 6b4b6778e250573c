"""Networks of addresses."""

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Returns the networks of CIDR texts. Raises ValueError for what is none."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
