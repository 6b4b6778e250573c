"""Zones of the world and calendars in them, for tests of periods."""

from datetime import UTC, date, datetime
from importlib import resources

from analytics_service.domain.calendars import Calendar
from analytics_service.domain.site import WeekStart, ZoneSince

WORLD = tuple(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


def calendar_of(
    zone: str, start: WeekStart = WeekStart.MONDAY, *moves: tuple[date, str], first_day: date | None = None
) -> Calendar:
    """A calendar in that zone, and in further ones from their days on."""
    zones = (ZoneSince(date(1970, 1, 1), zone), *(ZoneSince(day, later) for day, later in moves))
    return Calendar(zones, start, first_day)


def utc(text: str) -> datetime:
    """An instant out of `2026-11-22T06:53`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
