"""What a round changed in visits, as differences of sums: each visit once, however often it was touched."""

from analytics_service.domain.dimensions import OF_VISITS, from_values, values_of
from analytics_service.domain.ledger import Ledger, Visit
from analytics_service.domain.model import Sums


def settle(ledger: Ledger) -> None:
    """Takes away what the touched visits were, adds what they are, and begins a new round."""
    for number, before in ledger.before.items():
        visit = ledger.visits[number]
        _cap(ledger, visit, before)
        if before is None:
            _add(ledger, visit, 1)
        elif _key(before) == _key(visit):
            _add_difference(ledger, before, visit)
        else:
            _add(ledger, before, -1)
            _add(ledger, visit, 1)
        ledger.changed_visits.add(number)
    ledger.before.clear()


def _key(visit: Visit) -> tuple[object, ...]:
    """Where a visit is counted."""
    return visit.day, visit.hour, visit.entry_page, visit.exit_page, visit.traits


def _cap(ledger: Ledger, visit: Visit, before: Visit | None) -> None:
    """What the day has no room for becomes `other` before anything is written."""
    if before is not None and _key(before) == _key(visit):
        return
    values = values_of(visit.entry_page, visit.exit_page, visit.traits)
    capped = tuple(
        ledger.capped(dimension, visit.site, visit.day, value) if value else value
        for dimension, value in zip(OF_VISITS, values, strict=True)
    )
    if capped != values:
        visit.entry_page, visit.exit_page, visit.traits = from_values(capped)


def _add(ledger: Ledger, visit: Visit, sign: int) -> None:
    _spread(ledger, visit, sign, sign * visit.is_bounce(), sign * visit.engaged_ms)


def _add_difference(ledger: Ledger, before: Visit, visit: Visit) -> None:
    bounces = visit.is_bounce() - before.is_bounce()
    engaged_ms = visit.engaged_ms - before.engaged_ms
    if bounces or engaged_ms:
        _spread(ledger, visit, 0, bounces, engaged_ms)


def _spread(ledger: Ledger, visit: Visit, visits: int, bounces: int, engaged_ms: int) -> None:
    """Adds to every sum in which the visit is counted."""
    for sums in ledger.buckets(visit.site, visit.day, visit.hour):
        _increase(sums, visits, bounces, engaged_ms)
    values = values_of(visit.entry_page, visit.exit_page, visit.traits)
    for dimension, value in zip(OF_VISITS, values, strict=True):
        if value:
            _increase(ledger.days[visit.site, dimension, visit.day, value], visits, bounces, engaged_ms)


def _increase(sums: Sums, visits: int, bounces: int, engaged_ms: int) -> None:
    sums.visits += visits
    sums.bounces += bounces
    sums.engaged_ms += engaged_ms
