"""Visitor ids: keyed hashes that lead to nobody once their salt is destroyed."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from ipaddress import ip_network
from typing import NamedTuple
from zlib import crc32

SALT_BYTES = 32
SALT_RETENTION = timedelta(days=2)
"""How long after the midnight that replaced it a salt is destroyed."""
NETWORK_CACHE_SIZE = 4_096
BUDGET_SHARES = 10
ONE_DAY = timedelta(days=1)


class VisitorIds(NamedTuple):
    """The id of a visitor today, and that of yesterday while its salt exists."""

    visitor_id: int
    previous_id: int | None


class VisitorHash:
    """Makes the ids of one site's local day; the salts are taken in once, not for each visitor."""

    __slots__ = ("_before", "_now")

    def __init__(self, site: int, salt: bytes, before: bytes | None) -> None:
        self._now = _keyed(site, salt)
        self._before = _keyed(site, before) if before else None

    def identify(self, address: str, agent: str, *, previous_id: bool = True) -> VisitorIds:
        """Returns the ids of whoever sends from that address with that agent; yesterday's only on request."""
        who = f"{address}\0{agent}".encode("utf-8", "surrogatepass")
        before = self._before
        return VisitorIds(_hashed(self._now, who), _hashed(before, who) if previous_id and before else None)


def _keyed(site: int, salt: bytes) -> blake2b:
    return blake2b(f"{site}\0".encode(), digest_size=8, key=salt)


def _hashed(keyed: blake2b, who: bytes) -> int:
    hashed = keyed.copy()
    hashed.update(who)
    return int.from_bytes(hashed.digest(), "big", signed=True)


def hash_of_day(salts: Mapping[date, bytes], day: date, site: int) -> VisitorHash | None:
    """Returns what makes the ids of a local day, or None while the day has no salt."""
    salt = salts.get(day)
    return None if salt is None else VisitorHash(site, salt, salts.get(day - ONE_DAY))


def sender(address: str) -> str:
    """Returns who sends from an address: in IPv6 the network of 64 bits that a household has."""
    return _networks(address)[0] if ":" in address else address


def budget_holder(address: str) -> str:
    """Returns who pays for the new visitors of an address: itself, or in IPv6 one of ten shares of its /48.

    A network of 64 bits lies in one share as a whole, so that it never has more than one share of ten.
    """
    return _networks(address)[1] if ":" in address else address


@lru_cache(maxsize=NETWORK_CACHE_SIZE)
def _networks(address: str) -> tuple[str, str]:
    with suppress(ValueError):
        household = ip_network((address, 64), strict=False)
        site = ip_network((address, 48), strict=False)
        share = crc32(household.network_address.packed[:8]) % BUDGET_SHARES
        return str(household), f"{site} {share}"
    return address, address
