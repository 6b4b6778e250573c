"""Beacons: what a tracker says, before it is judged."""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import msgspec

from analytics_service.domain import urls
from analytics_service.domain.limits import ENGAGEMENT_LIMIT
from analytics_service.errors import BadBeacon

BEACON_LIMIT = 8 * 1024
TITLE_LIMIT = 200
SCREEN_LIMIT = 100_000


class Kind(StrEnum):
    """The four things a tracker says; the letters are the wire's and the journal's."""

    VIEW = "v"
    ENGAGEMENT = "e"
    PRESENCE = "p"
    EVENT = "c"


SiteName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
ViewId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-z]{16,20}\Z")]
Text = Annotated[str, msgspec.Meta(max_length=BEACON_LIMIT)]
Scalar = str | int | float | bool | None
Properties = Annotated[
    dict[Annotated[str, msgspec.Meta(min_length=1, max_length=64)], Scalar], msgspec.Meta(max_length=30)
]
PROPERTY_LIMIT = 500
_LONGEST_MS = int(ENGAGEMENT_LIMIT.total_seconds() * 1000)


class _Wire(msgspec.Struct):
    k: Kind
    s: SiteName
    u: Text
    # Absent is allowed (the service makes one), null is not.
    i: ViewId | msgspec.UnsetType = msgspec.UNSET
    x: ViewId | msgspec.UnsetType = msgspec.UNSET
    q: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    r: Text | None = None
    t: Text | None = None
    w: float | None = None
    b: int | bool | None = None
    d: float | None = None
    n: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    p: Properties | None = None


class Beacon(msgspec.Struct, frozen=True, kw_only=True):
    """One message from a tracker, every field bounded; `engaged_ms` is cumulative for its view."""

    kind: Kind
    site: str
    page: urls.Address
    id: str | None = None
    event_id: str | None = None
    referrer: str = ""
    title: str = ""
    screen: int = 0
    webdriver: bool = False
    engaged_ms: int = 0
    name: str = ""
    properties: tuple[tuple[str, str], ...] = ()


_decoder = msgspec.json.Decoder(_Wire)


def parse(body: bytes) -> Beacon:
    """Returns the beacon in a request's body. Raises BadBeacon for what is malformed."""
    try:
        wire = _decode(body)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        raise BadBeacon(path.partition("`")[0] or "body", problem) from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise BadBeacon("body", "is not one JSON object in UTF-8") from None
    return _beacon(wire)


def _decode(body: bytes) -> _Wire:
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # A title cut inside an emoji is told by browsers as half a surrogate pair, which is no Unicode.
        if b"\\ud" not in body.lower():
            raise
    whole = json.dumps(json.loads(body), ensure_ascii=False)
    return _decoder.decode(whole.encode("utf-8", "replace"))


def _beacon(wire: _Wire) -> Beacon:
    page = urls.parse_url(wire.u)
    if page is None:
        raise BadBeacon("u", "is not the http address of a page")
    if wire.k is Kind.EVENT and wire.n is None:
        raise BadBeacon("n", "an event needs a name")
    if wire.k is Kind.ENGAGEMENT and (wire.i is msgspec.UNSET or wire.d is None):
        raise BadBeacon("d", "engagement needs its view's id and its milliseconds")
    # A field that belongs to another kind of beacon is not read: a name makes no event of a view.
    is_event = wire.k is Kind.EVENT
    return Beacon(
        kind=wire.k,
        site=wire.s,
        page=page,
        id=wire.i or None,
        event_id=(wire.x or None) if is_event else None,
        referrer=urls.host_of(wire.r) if wire.r else "",
        title=urls.printable(wire.t, TITLE_LIMIT).strip() if wire.t else "",
        screen=_clamp(wire.w, SCREEN_LIMIT) if wire.w else 0,
        webdriver=bool(wire.b),
        engaged_ms=_clamp(wire.d, _LONGEST_MS) if wire.d and wire.k is Kind.ENGAGEMENT else 0,
        name=urls.printable(wire.n, 64) if wire.n and is_event else "",
        properties=_properties(wire.p) if wire.p and is_event else (),
    )


def _clamp(number: float, limit: int) -> int:
    if number <= 0:
        return 0
    return int(number) if number < limit else limit


def _properties(properties: dict[str, Scalar]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (urls.printable(key, 64), urls.printable(_text_of(value), PROPERTY_LIMIT))
        for key, value in sorted(properties.items())
        if value is not None
    )


def _text_of(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def with_ids(beacon: Beacon, make_id: Callable[[], str]) -> Beacon:
    """Returns the beacon with an id for its view, and for its event; made where the tracker told none."""
    if beacon.kind is Kind.PRESENCE or (beacon.id and (beacon.event_id or beacon.kind is not Kind.EVENT)):
        return beacon
    event_id = (beacon.event_id or make_id()) if beacon.kind is Kind.EVENT else None
    return msgspec.structs.replace(beacon, id=beacon.id or make_id(), event_id=event_id)


def pixel(site: str, url: str, referrer: str) -> Beacon:
    """Returns the view that a page without scripts tells by an image. Raises BadBeacon.

    Browsers send no more than the origin as referrer, so without `url` the page is `/`.
    """
    if not 1 <= len(site) <= 64:
        raise BadBeacon("s", "names no site")
    if url:
        page = urls.parse_url(url[:BEACON_LIMIT])
        if page is None:
            raise BadBeacon("u", "is not the http address of a page")
    else:
        page = urls.Address(urls.host_of(referrer[:BEACON_LIMIT]), "/", ())
    return Beacon(kind=Kind.VIEW, site=site, page=page)
