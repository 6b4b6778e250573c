"""How much one sender may send."""

from typing import Protocol


class Limits(Protocol):
    """How much one sender may send."""

    def allows(self, sender: str, at_ms: int) -> bool:
        """Whether one more of this sender may pass now; who it is is not kept."""
        ...
