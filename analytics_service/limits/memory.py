"""How much one sender may send, answered at once."""

from datetime import timedelta

from analytics_service.domain.limits import Allowance

KEYS_LIMIT = 100_000
"""In each of two generations: the older one goes when the younger is full."""


class MemoryLimits:
    """A sender has the allowance back at a steady pace (generic cell rate); only this process knows of it.

    `per_minute` is the pace, 0 for no limit, and `burst` how many may come at once. What was not seen for
    long goes first.
    """

    def __init__(self, *, per_minute: int, burst: int) -> None:
        self.each_ms = 60_000 / per_minute if per_minute else 0.0
        self.ahead_ms = self.each_ms * burst
        """How far ahead of now a key may have its allowance again."""
        # When the key will have all of its allowance again, in milliseconds since 1970.
        self._young: dict[int, float] = {}
        self._old: dict[int, float] = {}

    def allows(self, sender: str, at_ms: int) -> bool:
        """Whether one more of this sender may pass now; what does not pass costs nothing."""
        if not self.each_ms:
            return True
        # Python's own hash is keyed, by process.
        key = hash(sender)
        full_at = self._full_at(key, at_ms)
        if full_at + self.each_ms > at_ms + self.ahead_ms:
            return False
        self._keep(key, full_at + self.each_ms)
        return True

    def allowance(self, sender: str, at_ms: int) -> Allowance | None:
        """What is left of a sender's allowance; None where there is no limit."""
        if not self.each_ms:
            return None
        used_ms = self._full_at(hash(sender), at_ms) - at_ms
        free_ms = self.ahead_ms - used_ms
        wait_ms = max(0.0, self.each_ms - free_ms)
        return Allowance(
            int(free_ms // self.each_ms), timedelta(milliseconds=used_ms), timedelta(milliseconds=wait_ms)
        )

    def _full_at(self, key: int, at_ms: int) -> float:
        full_at = self._young.get(key)
        if full_at is None:
            full_at = self._old.get(key, 0.0)
        # What lies further ahead than it can was written before the clock was set back.
        return at_ms if full_at < at_ms or full_at > at_ms + self.ahead_ms else full_at

    def learn(self, sender: str, full_at: float) -> None:
        """Takes in what a sender has used up elsewhere: when all of the allowance will be there again."""
        key = hash(sender)
        self._keep(key, max(full_at, self._young.get(key, 0.0)))

    def _keep(self, key: int, full_at: float) -> None:
        self._young[key] = full_at
        if len(self._young) >= KEYS_LIMIT:
            self._old, self._young = self._young, {}
