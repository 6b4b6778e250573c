"""Facts: admitted beacons in their stored form, readable on any machine."""

from typing import Any, Final, NamedTuple

import msgspec

from analytics_service.domain.beacons import Beacon, Kind
from analytics_service.domain.client import Agent
from analytics_service.domain.dimensions import Location
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts_format_1 import FactOfFormat1
from analytics_service.domain.pages import title_of
from analytics_service.domain.site import Site
from analytics_service.domain.visitors import VisitorIds

FORMAT: Final = 2


class DropSample(NamedTuple):
    """One drop as its site's owner may see it: no address, no user agent as it came; `at` as in a fact.

    The page of one that was dropped for its host is `//HOST/PATH`.
    """

    at: int
    reason: str
    page: str
    family: str


class Head(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What every fact begins with; `at` in milliseconds since 1970, UTC.

    Fields are only ever appended to the kinds themselves, each with a default: one appended here or in
    another shared part moves what follows it, and is a new format.
    """

    format: int = FORMAT
    site: int
    at: int


class VisitorHead(Head, frozen=True, array_like=True, kw_only=True):
    """A fact of one visitor; `drop` says why it is suspected, and `family` whose agent it then is."""

    visitor_id: int = 0
    previous_id: int | None = None
    id: str = ""
    page: str = ""
    drop: str = ""
    family: str = ""


class Hit(VisitorHead, frozen=True, array_like=True, kw_only=True):
    """What joins a visit or begins one, with what a visit that begins with it is described with.

    `attributes` are those of a visit that was counted once before, in the order of VisitAttributes,
    instead of what they would be recognised from.
    """

    hostname: str = ""
    referrer: str = ""
    campaign: tuple[tuple[str, str], ...] = ()
    screen: int = 0
    browser: str = ""
    browser_version: str = ""
    system: str = ""
    system_version: str = ""
    device: str = ""
    language: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    attributes: tuple[str, ...] = ()


class View(Hit, frozen=True, array_like=True, kw_only=True, tag=Kind.VIEW.value):
    """A page was shown to a visitor."""

    title: str = ""
    is_over_budget: bool = False
    """Its sender has brought many new pages: where the day has many, this one may become `other`."""


class Event(Hit, frozen=True, array_like=True, kw_only=True, tag=Kind.EVENT.value):
    """Something was done on a page: `id` is the event's own, `view_id` that of the page's view."""

    view_id: str = ""
    name: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    is_over_budget: bool = False


class Engagement(VisitorHead, frozen=True, array_like=True, kw_only=True, tag=Kind.ENGAGEMENT.value):
    """How long the view `id` has been looked at, all in all."""

    engaged_ms: int = 0


class DropSummary(Head, frozen=True, array_like=True, kw_only=True, tag="d"):
    """What a worker dropped in ten seconds, by reason, with some of it to look at."""

    drops: tuple[tuple[str, int], ...] = ()
    samples: tuple[DropSample, ...] = ()


class Online(Head, frozen=True, array_like=True, kw_only=True, tag="o"):
    """How many visitors were online at once."""

    online: int = 0


VisitorFact = View | Event | Engagement
Fact = VisitorFact | DropSummary | Online


class Recognised(msgspec.Struct, frozen=True):
    """What was recognised in a beacon; the address and the agent as it came are gone."""

    at_ms: int
    page: str
    visitor: VisitorIds
    agent: Agent
    place: Location
    language: str
    drop: Drop | None = None
    is_over_budget: bool = False


def fact_of(beacon: Beacon, site: Site, recognised: Recognised) -> VisitorFact | None:
    """Returns the fact that a beacon with its ids tells of a site; None for presence, which is not kept."""
    if beacon.kind is Kind.PRESENCE:
        return None
    if beacon.kind is Kind.ENGAGEMENT:
        return Engagement(
            site=site.number,
            at=recognised.at_ms,
            visitor_id=recognised.visitor.visitor_id,
            previous_id=recognised.visitor.previous_id,
            id=beacon.id or "",
            page=recognised.page,
            drop=recognised.drop.value if recognised.drop else "",
            family=recognised.agent.family if recognised.drop else "",
            engaged_ms=beacon.engaged_ms,
        )
    view = _view_of(beacon, site, recognised)
    if beacon.kind is Kind.VIEW:
        return view
    fields = {name: getattr(view, name) for name in Hit.__struct_fields__}
    fields |= {"id": beacon.event_id or "", "view_id": view.id}
    fields["is_over_budget"] = view.is_over_budget
    return Event(**fields, name=beacon.name, properties=beacon.properties)


def _view_of(beacon: Beacon, site: Site, recognised: Recognised) -> View:
    agent, place, drop = recognised.agent, recognised.place, recognised.drop
    return View(
        site=site.number,
        at=recognised.at_ms,
        visitor_id=recognised.visitor.visitor_id,
        previous_id=recognised.visitor.previous_id,
        id=beacon.id or "",
        page=recognised.page,
        drop=drop.value if drop else "",
        family=agent.family if drop else "",
        hostname=beacon.page.host or site.domain,
        referrer=beacon.referrer,
        campaign=beacon.page.campaign,
        screen=beacon.screen,
        browser=agent.browser,
        browser_version=agent.browser_version,
        system=agent.system,
        system_version=agent.system_version,
        device=agent.device,
        language=recognised.language,
        country=place.country,
        region=place.region,
        city=place.city,
        title=title_of(beacon.title, beacon.page.path, site.rules),
        is_over_budget=recognised.is_over_budget,
    )


_VISITOR_KINDS: dict[str, type[VisitorFact]] = {"v": View, "c": Event, "e": Engagement}
_encoder = msgspec.msgpack.Encoder()
_one = msgspec.msgpack.Decoder(VisitorFact)
_one_of_format_1 = msgspec.msgpack.Decoder(FactOfFormat1)
_group = msgspec.msgpack.Decoder(list[Fact])
_group_of_format_1 = msgspec.msgpack.Decoder(list[FactOfFormat1])


def encode(fact: Fact) -> bytes:
    """Returns the fact's bytes, in MessagePack."""
    return _encoder.encode(fact)


def decode(fact: bytes) -> VisitorFact:
    """Returns one visitor's fact out of its bytes, of either format. Raises msgspec.DecodeError."""
    try:
        decoded: VisitorFact = _one.decode(fact)
    except msgspec.ValidationError:
        return _visitor_fact(_one_of_format_1.decode(fact))
    return decoded


def kind_of(fact: Fact) -> str:
    """Returns the letter with which facts of this kind are stored."""
    return str(fact.__struct_config__.tag)


def encode_group(facts: list[bytes]) -> bytes:
    """Returns one journal row out of facts already encoded."""
    return _encoder.encode([msgspec.Raw(fact) for fact in facts])


def decode_group(row: bytes) -> list[Fact]:
    """Returns the facts of one journal row, of either format. Raises msgspec.DecodeError where it is none."""
    try:
        return _group.decode(row)
    except msgspec.ValidationError:
        return [_upgraded(fact) for fact in _group_of_format_1.decode(row)]


def _upgraded(old: FactOfFormat1) -> Fact:
    if old.kind == "d":
        samples = tuple(DropSample(*sample) for sample in old.samples)
        return DropSummary(site=old.site, at=old.at, drops=old.drops, samples=samples)
    if old.kind == "o":
        return Online(site=old.site, at=old.at, online=old.online)
    return _visitor_fact(old)


def _visitor_fact(old: FactOfFormat1) -> VisitorFact:
    """Raises msgspec.ValidationError for what tells of no visitor."""
    kind = _VISITOR_KINDS.get(old.kind)
    if kind is None:
        raise msgspec.ValidationError(f"a fact of kind {old.kind} tells of no visitor")
    known = (name for name in kind.__struct_fields__[1:] if hasattr(old, name))
    fields: dict[str, Any] = {name: getattr(old, name) for name in known}
    fields["visitor_id"] = old.visitor
    if kind is Event:
        fields |= {"id": old.event_id, "view_id": old.id}
    return kind(**fields)
