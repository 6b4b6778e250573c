"""What is suspected and kept apart, and what an owner says of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from analytics_service.domain.batch import ViewRow, Visit
from analytics_service.domain.dimensions import VisitAttributes, told
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import Engagement, Event, View, VisitorFact

KEPT = timedelta(days=30)
KEPT_A_DAY = 100_000
"""Suspects of one site and day that are kept; further ones are only counted."""
SAMPLES_KEPT = 100
"""Drops of one site that its owner can look at."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Suspects, or visits: of a site, from day to day, of a reason or an agent's family if one is named."""

    site: int
    first: date
    last: date
    reason: str = ""
    family: str = ""

    @classmethod
    def told(cls, arguments: Mapping[str, object]) -> "Choice":
        """A choice out of an order's arguments."""
        return msgspec.convert(arguments, cls)


def as_counted(fact: VisitorFact) -> VisitorFact:
    """The fact as if it had never been suspected."""
    return msgspec.structs.replace(fact, drop="", family="")


def as_suspected(visit: Visit, views: Iterable[ViewRow], family: str) -> list[VisitorFact]:
    """Facts that make the same visit again, once they are counted."""
    hits = [_hit(visit.attributes, view, family) for view in views]
    if not visit.engaged_ms or not hits:
        return [*hits]
    first = next((hit for hit in hits if isinstance(hit, View)), hits[0])
    engagement = Engagement(
        site=first.site,
        at=first.at,
        visitor_id=first.visitor_id,
        id=first.id,
        page=first.page,
        drop=first.drop,
        family=family,
        engaged_ms=visit.engaged_ms,
    )
    return [*hits, engagement]


def _hit(attributes: VisitAttributes, view: ViewRow, family: str) -> View | Event:
    kind = Event if view.name else View
    hit = kind(
        site=view.site,
        at=view.at,
        visitor_id=view.visitor,
        # The id with which it came may be long forgotten; this one names the same view whenever it is asked.
        id=f"visit-{view.visit}-{view.ordinal}",
        page=view.page,
        drop=Drop.BOT.value,
        family=family,
        hostname=attributes.hostname,
        attributes=told(attributes),
    )
    return msgspec.structs.replace(hit, name=view.name) if isinstance(hit, Event) else hit
