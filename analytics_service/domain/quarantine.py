"""What is suspected and kept apart, and what an owner says of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from analytics_service.domain.batch import ViewRow, Visit
from analytics_service.domain.dimensions import VisitAttributes, told
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import FORMAT, Fact, FactKind

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


def as_counted(fact: Fact) -> Fact:
    """The fact as if it had never been suspected."""
    return msgspec.structs.replace(fact, drop="", family="")


def as_suspected(visit: Visit, views: Iterable[ViewRow], family: str) -> list[Fact]:
    """Facts that make the same visit again, once they are counted."""
    facts = [_fact(visit.attributes, view, family) for view in views]
    if visit.engaged_ms and facts:
        first = next((fact for fact in facts if fact.kind is FactKind.VIEW), facts[0])
        facts.append(
            msgspec.structs.replace(
                first,
                kind=FactKind.ENGAGEMENT,
                id=first.event_id or first.id,
                event_id="",
                engaged_ms=visit.engaged_ms,
            )
        )
    return facts


def _fact(attributes: VisitAttributes, view: ViewRow, family: str) -> Fact:
    # The id with which it came may be long forgotten; this one names the same view whenever it is asked.
    made = f"visit-{view.visit}-{view.ordinal}"
    return Fact(
        format=FORMAT,
        kind=FactKind.EVENT if view.name else FactKind.VIEW,
        site=view.site,
        at=view.at,
        visitor=view.visitor,
        id=made,
        event_id=made if view.name else "",
        hostname=attributes.hostname,
        page=view.page,
        name=view.name,
        drop=Drop.BOT.value,
        family=family,
        attributes=told(attributes),
    )
