"""What one sender may bring to a site that is new: visitors, and values of which a day has so many."""

from datetime import date

from analytics_service.domain.visitors import VisitorIds
from analytics_service.ports.limits import Limits

KNOWN_LIMIT = 100_000
"""Keys in each of two generations: the older one goes when the younger is full."""


class KnownKeys:
    """Remembers keys, those that were met last in any case; what was not met for long is forgotten."""

    def __init__(self) -> None:
        self._young: set[int] = set()
        self._old: set[int] = set()

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def holds(self, key: int) -> bool:
        """Tells whether the key is remembered, and remembers it for longer."""
        if key in self._young:
            return True
        if key not in self._old:
            return False
        self.add(key)
        return True

    def add(self, key: int) -> None:
        """Remembers a key; a full generation becomes the older one."""
        self._young.add(key)
        if len(self._young) >= KNOWN_LIMIT:
            self._old, self._young = self._young, set()


class VisitorBudget:
    """Knows the visitors of today who were let in, and lets in as many new ones as each sender may bring.

    Ids are made with a salt for each site and day, so that those of different sites and days never meet.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known = KnownKeys()

    def knows(self, visitor: VisitorIds) -> bool:
        """Tells whether the visitor was let in before, today or yesterday, as far as is remembered."""
        if self._known.holds(visitor.visitor_id):
            return True
        if visitor.previous_id is not None and self._known.holds(visitor.previous_id):
            self.remember(visitor.visitor_id)
            return True
        return False

    def remember(self, visitor_id: int) -> None:
        """Lets in a visitor at nobody's cost."""
        self._known.add(visitor_id)

    def admits(self, site: int, holder: str, visitor: VisitorIds, at_ms: int) -> bool:
        """Tells whether a new visitor of a site is within the budget of `holder` there; "" has no limit."""
        if holder and not self._limits.allows(f"{site} {holder}", at_ms):
            return False
        self.remember(visitor.visitor_id)
        return True


class ValueBudget:
    """Knows the pages and events of a site's day, and lets in as many new ones as each sender may bring.

    So nobody alone can use up the number of values that a day may have.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known = KnownKeys()

    def admits(self, site: int, day: date, holder: str, value: str, *, at_ms: int) -> bool:
        """Tells whether a value is known, or new and within the budget of `holder` there; "" has no limit."""
        key = hash((site, day, value))
        if self._known.holds(key):
            return True
        if holder and not self._limits.allows(f"{site} {holder} values", at_ms):
            return False
        self._known.add(key)
        return True
