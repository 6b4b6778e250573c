"""How many new visitors one sender may bring to a site; whoever is over it counts as the network."""

from analytics_service.domain.visitors import VisitorIds
from analytics_service.ports.limits import Limits

KNOWN_LIMIT = 100_000
"""Visitor ids in each of two generations: the older one goes when the younger is full."""


class VisitorBudget:
    """Knows the visitors of today who were let in, and lets in as many new ones as each sender may bring.

    Ids are made with a salt for each site and day, so that those of different sites and days never meet.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._young: set[int] = set()
        self._old: set[int] = set()

    def knows(self, visitor: VisitorIds) -> bool:
        """Tells whether the visitor was let in before, today or yesterday, as far as is remembered."""
        if visitor.visitor_id in self._young:
            return True
        if visitor.visitor_id in self._old or (visitor.previous_id and self._holds(visitor.previous_id)):
            self.remember(visitor.visitor_id)
            return True
        return False

    def _holds(self, visitor_id: int) -> bool:
        return visitor_id in self._young or visitor_id in self._old

    def remember(self, visitor_id: int) -> None:
        """Lets in a visitor at nobody's cost."""
        self._young.add(visitor_id)
        if len(self._young) >= KNOWN_LIMIT:
            self._old, self._young = self._young, set()

    def admits(self, site: int, holder: str, visitor: VisitorIds, at_ms: int) -> bool:
        """Tells whether a new visitor of a site is within the budget of `holder` there; "" has no limit."""
        if holder and not self._limits.allows(f"{site} {holder}", at_ms):
            return False
        self.remember(visitor.visitor_id)
        return True
