"""How much one sender may send."""

from typing import Protocol

from analytics_service.domain.limits import Allowance


class Limits(Protocol):
    """How much one sender may send: a rate, and a burst at once."""

    def allows(self, sender: str, at_ms: int) -> bool:
        """Returns whether one more of this sender may pass now; who it is is not kept."""
        ...

    def allowance(self, sender: str, at_ms: int) -> Allowance | None:
        """Returns what is left to a sender, as far as this process knows; None where there is no limit."""
        ...
