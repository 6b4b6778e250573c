"""Facts: admitted beacons in their stored form, readable on any machine."""

from enum import StrEnum
from typing import NamedTuple

import msgspec

FORMAT = 1


class FactKind(StrEnum):
    """What a fact tells; DROPS is a worker's summary of ten seconds by reason, ONLINE how many there were."""

    VIEW = "v"
    ENGAGEMENT = "e"
    EVENT = "c"
    DROPS = "d"
    ONLINE = "o"


class DropSample(NamedTuple):
    """One drop as its site's owner may see it: no address, no user agent as it came; `at` as in a fact."""

    at: int
    reason: str
    page: str
    family: str


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """Fields are only ever appended, each with a default; `at` in milliseconds since 1970, UTC.

    `family` is the agent's, told of suspects; `traits` are told of a visit that was counted once before,
    in the order of `Traits`, instead of what they would be recognised from.
    """

    format: int
    kind: FactKind
    site: int
    at: int
    visitor: int = 0
    previous_id: int | None = None
    id: str = ""
    event_id: str = ""
    hostname: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    campaign: tuple[tuple[str, str], ...] = ()
    screen: int = 0
    engaged_ms: int = 0
    name: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    drop: str = ""
    drops: tuple[tuple[str, int], ...] = ()
    browser: str = ""
    browser_version: str = ""
    system: str = ""
    system_version: str = ""
    device: str = ""
    language: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    family: str = ""
    samples: tuple[DropSample, ...] = ()
    attributes: tuple[str, ...] = ()
    online: int = 0


_encoder = msgspec.msgpack.Encoder()
_one = msgspec.msgpack.Decoder(Fact)
_group = msgspec.msgpack.Decoder(list[Fact])


def encode(fact: Fact) -> bytes:
    """The fact's bytes (MessagePack)."""
    return _encoder.encode(fact)


def decode(fact: bytes) -> Fact:
    """One fact out of its bytes. Raises msgspec.DecodeError where it is none."""
    return _one.decode(fact)


def encode_group(facts: list[bytes]) -> bytes:
    """One journal row out of facts already encoded."""
    return _encoder.encode([msgspec.Raw(fact) for fact in facts])


def decode_group(row: bytes) -> list[Fact]:
    """The facts of one journal row. Raises msgspec.DecodeError where it is none."""
    return _group.decode(row)
