"""How far the applier is behind a worker."""

from collections import deque


class Lag:
    """The age of the oldest group that was written and is not applied yet; times in seconds, of any clock."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, int]] = deque()

    def written(self, seq: int, at: float) -> None:
        """Notes the last group that was written so far."""
        if seq > (self._waiting[-1][1] if self._waiting else 0):
            self._waiting.append((at, seq))

    def applied(self, seq: int) -> None:
        """Notes the last group that was applied so far."""
        while self._waiting and self._waiting[0][1] <= seq:
            self._waiting.popleft()

    def seconds(self, at: float) -> float:
        """For how long the oldest has been waiting; 0 where nothing waits."""
        return at - self._waiting[0][0] if self._waiting else 0.0
