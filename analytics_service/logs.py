"""Logging: its form, text or JSON, and a filter that keeps repeated records from filling the log."""

import logging
from datetime import timedelta
from typing import Literal

LOG_INTERVAL = timedelta(seconds=10)
"""While nothing can be accepted, each beacon would otherwise be a line in the log."""


def set_up_logging(form: Literal["text", "json"], process: str) -> None:
    """Writes the log to the standard error output: each line with its time, level and process."""
    handler = logging.StreamHandler()
    handler.setFormatter(_json_formatter(process) if form == "json" else _text_formatter(process))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


def _text_formatter(process: str) -> logging.Formatter:
    start = f"%(asctime)s %(levelname)s {process}[%(process)d]" if process else "%(asctime)s %(levelname)s"
    return logging.Formatter(f"{start} %(name)s: %(message)s")


def _json_formatter(process: str) -> logging.Formatter:
    # Imported where it is asked for: few need it, and commands start without it.
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        ["asctime", "levelname", "role", "process", "name", "message"],
        # In this order: what is called process before is its number.
        rename_fields={
            "asctime": "time",
            "levelname": "level",
            "process": "pid",
            "role": "process",
            "name": "logger",
        },
        static_fields={"role": process},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        json_ensure_ascii=False,
    )


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
