"""Answers of a site in Vietnam, made up for view models."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from analytics_service.domain.answers import Change, Line, Point
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Named
from analytics_service.domain.query import Measure, Rate
from analytics_service.domain.ranges import resolve
from analytics_service.domain.site import ZoneSince

HANOI = timezone(timedelta(hours=7))
AT = datetime(2026, 11, 22, 13, 53, tzinfo=HANOI)
CALENDAR = Calendar((ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),))


def values(visits: float | None, **more: float | None) -> dict[Measure, float | int | None]:
    """Figures of all tiles, where only some matter."""
    return {
        Metric.VISITS: visits,
        Metric.VISITORS: visits,
        Metric.PAGEVIEWS: visits,
        Metric.EVENTS: 0,
        Rate.PAGEVIEWS_PER_VISIT: more.get("per_visit", 2.5),
        Rate.BOUNCE_RATE: more.get("bounce_rate", 0.4),
        Rate.ENGAGED_SECONDS_PER_VISIT: more.get("seconds", 134),
    }


def line(
    visits: Sequence[float | None],
    before: Sequence[float] = (),
    changes: dict[Measure, float | None] | None = None,
) -> Line:
    """The last days up to AT, one point a day, the last of them running."""
    midnight = AT.replace(hour=0, minute=0)
    starts = [midnight - timedelta(days=len(visits) - 1 - number) for number in range(len(visits))]
    day = timedelta(days=1)
    points = tuple(
        Point(start, start + day, start + day <= AT, values(value))
        for start, value in zip(starts, visits, strict=True)
    )
    count = len(visits) * day
    compared = tuple(
        Point(start - count, start - count + day, True, values(value))
        for start, value in zip(starts, before, strict=False)
    )
    comparison = None
    if before:
        period = resolve(Named.DAYS_7, CALENDAR, AT - 7 * day)
        comparison = Change(period, values(sum(before)), changes or dict.fromkeys(values(0), 0.1))
    total = sum(value or 0 for value in visits)
    return Line(resolve(Named.DAYS_7, CALENDAR, AT), values(total), points, comparison, compared)
