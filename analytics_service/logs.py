"""Logging: a filter that keeps repeated records from filling the log."""

import logging
from datetime import timedelta

LOG_INTERVAL = timedelta(seconds=10)
"""While nothing can be accepted, each beacon would otherwise be a line in the log."""


class ThrottleFilter(logging.Filter):
    """Lets one record through in each interval, with the number of those it held back."""

    def __init__(self, interval: timedelta) -> None:
        super().__init__()
        self._interval = interval.total_seconds()
        self._logged_at = float("-inf")
        self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Returns whether the record is written to the log."""
        if 0 <= record.created - self._logged_at < self._interval:
            self._held_back += 1
            return False
        if self._held_back:
            record.msg = f"{record.msg} (and {self._held_back} more like it)"
        self._logged_at, self._held_back = record.created, 0
        return True
