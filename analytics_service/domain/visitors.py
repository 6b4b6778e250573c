"""A visitor's name: a keyed hash that leads to nobody once its salt is destroyed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

SALT_BYTES = 32
# A salt is destroyed 48 h after the midnight that replaced it.
SALT_DAYS_KEPT = 2


@dataclass(frozen=True, slots=True)
class Names:
    """What a visitor is called today, and was called yesterday while that salt exists."""

    visitor: int
    formerly: int | None


def visitor_name(salt: bytes, site: int, address: str, agent: str) -> int:
    """64 signed bits of BLAKE2b keyed with the site's salt of the day."""
    text = f"{site}\0{address}\0{agent}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8, key=salt).digest(), "big", signed=True)


def names(salts: Mapping[date, bytes], day: date, site: int, address: str, agent: str) -> Names | None:
    """Both names of a visitor on that local day, or None while the day has no salt."""
    salt = salts.get(day)
    if salt is None:
        return None
    before = salts.get(day - timedelta(days=1))
    formerly = visitor_name(before, site, address, agent) if before else None
    return Names(visitor_name(salt, site, address, agent), formerly)
