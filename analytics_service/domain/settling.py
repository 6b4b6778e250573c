"""What a round changed in visits, as differences of sums: each visit once, however often it was touched."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from analytics_service.domain.dimensions import OF_VISITS, Dimension, from_values, values_of
from analytics_service.domain.ledger import Ledger, Visit
from analytics_service.domain.model import Sums

Part = tuple[str, ...]
"""Values that visits have in common, one for each dimension of a group."""

# Visits share origins, places and equipment: these are added up as wholes, and taken apart once a round.
_GROUPS = (
    (Dimension.ENTRY_PAGE,),
    (Dimension.EXIT_PAGE,),
    (Dimension.HOSTNAME,),
    tuple(Dimension(number) for number in range(Dimension.SOURCE, Dimension.UTM_TERM + 1)),
    tuple(Dimension(number) for number in range(Dimension.COUNTRY, Dimension.CITY + 1)),
    tuple(Dimension(number) for number in range(Dimension.BROWSER, Dimension.LANGUAGE + 1)),
)


@dataclass(slots=True)
class _Together:
    """Sums by site, day and part, for each group."""

    of: tuple[dict[tuple[int, date, Part], list[int]], ...] = field(
        default_factory=lambda: tuple(defaultdict(lambda: [0, 0, 0]) for _ in _GROUPS)
    )

    def add(self, visit: Visit, visits: int, bounces: int, engaged_ms: int) -> None:
        site, day, traits = visit.site, visit.day, visit.traits
        parts: Iterable[Part] = (
            (visit.entry_page,),
            (visit.exit_page,),
            (traits.hostname,),
            traits.origin,
            traits.place,
            traits.equipment,
        )
        for sums, part in zip(self.of, parts, strict=True):
            found = sums[site, day, part]
            found[0] += visits
            found[1] += bounces
            found[2] += engaged_ms

    def take_apart(self, ledger: Ledger) -> None:
        for dimensions, sums in zip(_GROUPS, self.of, strict=True):
            for (site, day, part), found in sums.items():
                for dimension, value in zip(dimensions, part, strict=True):
                    if value:
                        _increase(ledger.days[site, dimension, day, value], *found)


def settle(ledger: Ledger) -> None:
    """Takes away what the touched visits were, adds what they are, and begins a new round."""
    together = _Together()
    for number, before in ledger.before.items():
        visit = ledger.visits[number]
        if before is not None and _key(before) == _key(visit):
            bounces = visit.is_bounce() - before.is_bounce()
            engaged_ms = visit.engaged_ms - before.engaged_ms
            if bounces or engaged_ms:
                _add(ledger, together, visit, (0, bounces, engaged_ms))
        else:
            _cap(ledger, visit)
            if before is not None:
                _add(ledger, together, before, (-1, -before.is_bounce(), -before.engaged_ms))
            _add(ledger, together, visit, (1, int(visit.is_bounce()), visit.engaged_ms))
        ledger.changed_visits.add(number)
    together.take_apart(ledger)
    ledger.before.clear()


def _key(visit: Visit) -> tuple[object, ...]:
    """Where a visit is counted."""
    return visit.day, visit.hour, visit.entry_page, visit.exit_page, visit.traits


def _cap(ledger: Ledger, visit: Visit) -> None:
    """What the day has no room for becomes `other` before anything is written."""
    values = values_of(visit.entry_page, visit.exit_page, visit.traits)
    known = ledger.known_of_visits(visit.site, visit.day)
    if all(value in of or not value for value, of in zip(values, known, strict=True)):
        return
    capped = tuple(
        ledger.capped(dimension, visit.site, visit.day, value) if value else value
        for dimension, value in zip(OF_VISITS, values, strict=True)
    )
    if capped != values:
        visit.entry_page, visit.exit_page, visit.traits = from_values(capped)


def _add(ledger: Ledger, together: _Together, visit: Visit, change: tuple[int, int, int]) -> None:
    """Adds to every sum in which the visit is counted: visits, bounces, engagement."""
    for sums in ledger.buckets(visit.site, visit.day, visit.hour):
        _increase(sums, *change)
    together.add(visit, *change)


def _increase(sums: Sums, visits: int, bounces: int, engaged_ms: int) -> None:
    sums.visits += visits
    sums.bounces += bounces
    sums.engaged_ms += engaged_ms
