"""Logging: records that would repeat are throttled."""

import logging

LOG_INTERVAL = 10.0
"""Seconds: while nothing can be accepted, each beacon would else be a line in the log."""


class ThrottleFilter(logging.Filter):
    """Lets one record through at a time, with the number of those it held back."""

    def __init__(self, each: float) -> None:
        super().__init__()
        self._each = each
        self._told_at = float("-inf")
        self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is told."""
        if 0 <= record.created - self._told_at < self._each:
            self._held_back += 1
            return False
        if self._held_back:
            record.msg = f"{record.msg} (and {self._held_back} more like it)"
        self._told_at, self._held_back = record.created, 0
        return True
