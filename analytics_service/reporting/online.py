"""Who is online on which page: pages by name out of the figures, visitors out of who is there now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.periods import local_day
from analytics_service.domain.query import MAX_LIMIT, Query
from analytics_service.domain.site import Site
from analytics_service.ports.answers import AnswerStore
from analytics_service.ports.live import Live
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.queue import Turns


@dataclass(frozen=True, slots=True)
class OnlinePage:
    """How many are on one page now; `page` is None for all who are on none of those that are listed."""

    page: str | None
    title: str | None
    online: int


async def list_online_pages(
    live: Live, store: AnswerStore, turns: Turns, site: Site, at: datetime
) -> Sequence[OnlinePage] | None:
    """Returns the pages on which somebody is now, those with the most visitors first, and the rest as one.

    Names are those of the pages with most views of today and yesterday. None while nobody can know. Raises
    TooHeavy, Unavailable.
    """
    today = local_day(at, site.zones)
    query = Query(
        (site.number,),
        period=Dates(today - timedelta(days=1), today),
        metrics=(Metric.PAGEVIEWS,),
        dimension=Dimension.PAGE,
        limit=MAX_LIMIT,
    )
    found = await answer_breakdown(store, turns, [site], query, at)
    titles = {row.value: row.title for row in found.rows if row.value is not None and not row.is_other}
    at_ms = int(at.timestamp() * 1000)
    counts = await live.online_by_page(site.number, at_ms, tuple(titles))
    everybody = await live.online(site.number, at_ms)
    if counts is None or everybody is None:
        return None
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    pages = [OnlinePage(page, titles[page], count) for page, count in ordered]
    elsewhere = everybody - sum(counts.values())
    return [*pages, OnlinePage(None, None, elsewhere)] if elsewhere > 0 else pages
