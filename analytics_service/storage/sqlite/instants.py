"""Instants in config.db: RFC 3339 in UTC with milliseconds, so that their texts sort like them."""

from datetime import UTC, datetime


def format_instant(at: datetime) -> str:
    """Returns an instant as it is stored."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def parse_instant(text: str) -> datetime:
    """Returns the instant of a stored text."""
    return datetime.fromisoformat(text)
