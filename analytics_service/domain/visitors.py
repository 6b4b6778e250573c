"""A visitor's name: a keyed hash that leads to nobody once its salt is destroyed."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from ipaddress import ip_network
from typing import NamedTuple

SALT_BYTES = 32
HOUSEHOLDS_KEPT = 4_096
# A salt is destroyed 48 h after the midnight that replaced it.
SALT_DAYS_KEPT = 2


class VisitorIds(NamedTuple):
    """What a visitor is called today, and was called yesterday while that salt exists."""

    visitor_id: int
    previous_id: int | None


class VisitorHash:
    """VisitorIds for one site's local day; the salts are taken in once, not for each visitor."""

    __slots__ = ("_before", "_now")

    def __init__(self, site: int, salt: bytes, before: bytes | None) -> None:
        self._now = _keyed(site, salt)
        self._before = _keyed(site, before) if before else None

    def names(self, address: str, agent: str, *, previous_id: bool = True) -> VisitorIds:
        """What a visitor is called; yesterday's name only where it is asked for."""
        who = _who(address, agent)
        before = self._before
        return VisitorIds(_name(self._now, who), _name(before, who) if previous_id and before else None)


def _keyed(site: int, salt: bytes) -> blake2b:
    return blake2b(f"{site}\0".encode(), digest_size=8, key=salt)


def _who(address: str, agent: str) -> bytes:
    return f"{address}\0{agent}".encode("utf-8", "surrogatepass")


def _name(keyed: blake2b, who: bytes) -> int:
    hashed = keyed.copy()
    hashed.update(who)
    return int.from_bytes(hashed.digest(), "big", signed=True)


def naming(salts: Mapping[date, bytes], day: date, site: int) -> VisitorHash | None:
    """The names of a local day, or None while it has no salt."""
    salt = salts.get(day)
    return None if salt is None else VisitorHash(site, salt, salts.get(day - timedelta(days=1)))


def visitor_name(salt: bytes, site: int, address: str, agent: str) -> int:
    """64 signed bits of BLAKE2b keyed with the site's salt of the day."""
    return _name(_keyed(site, salt), _who(address, agent))


def names(salts: Mapping[date, bytes], day: date, site: int, address: str, agent: str) -> VisitorIds | None:
    """Both names of a visitor on that local day, or None while the day has no salt."""
    of_the_day = naming(salts, day, site)
    return of_the_day.names(address, agent) if of_the_day else None


def sender(address: str) -> str:
    """Who sends from an address: in IPv6 all of the network of 64 bits that a household has."""
    return _household(address) if ":" in address else address


@lru_cache(maxsize=HOUSEHOLDS_KEPT)
def _household(address: str) -> str:
    with suppress(ValueError):
        return str(ip_network((address, 64), strict=False))
    return address
