"""How much one sender may send."""

from typing import Protocol


class Limits(Protocol):
    """How much one sender may send: a rate, and a burst at once."""

    def allows(self, sender: str, at_ms: int) -> bool:
        """Returns whether one more of this sender may pass now; who it is is not kept."""
        ...
