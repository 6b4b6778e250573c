"""What every answer needs of its query: calendars, selections, and what is said about the answer."""

from collections.abc import Iterable, Sequence
from datetime import date

from analytics_service.domain.answers import VISITORS_OF_DAYS, Meta
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.filters import PARAMETER, PROPERTY, Property
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Unit
from analytics_service.domain.query import Query, require_one_clock
from analytics_service.domain.ranges import Range
from analytics_service.domain.selections import Selection
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.ports.answers import AnswerStore


def check_query(query: Query, sites: Sequence[Site]) -> None:
    """Raises BadParameter for what these sites cannot be asked together, or is not recorded at all."""
    require_one_clock(query, [Calendar(site.zones, site.week_start) for site in sites])
    if any(isinstance(one.subject, Property) for one in query.filters):
        raise BadParameter(PARAMETER, "value", f"{PROPERTY!r}: properties of events are not stored yet")


async def read_calendar(store: AnswerStore, site: Site) -> Calendar:
    """Returns a site's calendar with its first day that has figures."""
    first, _ = await store.first_days(site.number)
    return Calendar(site.zones, site.week_start, first)


def select(query: Query, site: Site, period: Range) -> Selection:
    """Returns what a query counts of a site in a period."""
    return Selection(site.number, period, query.sums, query.filters)


def narrowing(query: Query) -> tuple[str, ...]:
    """Returns the parameters of a query that could ask for less."""
    return ("period", PARAMETER) if query.filters else ("period",)


def describe_answer(
    query: Query,
    sites: Sequence[Site],
    periods: Sequence[Range],
    kept: Iterable[date | None],
    unknown: frozenset[Metric],
) -> Meta:
    """Returns what is said about an answer over these periods of these sites."""
    kept_since = [day for day in kept if day is not None]
    opening = {
        metric: value for metric in query.sums if (value := sum(site.opening(metric) for site in sites))
    }
    has_days = any(period.first < period.last for period in periods)
    return Meta(
        complete=all(period.complete for period in periods),
        kept_since=max(kept_since) if kept_since else None,
        opening_balance=opening if periods[0].unit is Unit.ALL else {},
        visitors_are=VISITORS_OF_DAYS if Metric.VISITORS in query.sums and has_days else None,
        additive=query.additive,
        unknown=tuple(metric for metric in query.sums if metric in unknown),
    )
