"""The clock of every process and command."""

from datetime import UTC, datetime


def read_clock() -> datetime:
    """Returns the present time, in UTC."""
    return datetime.now(UTC)
