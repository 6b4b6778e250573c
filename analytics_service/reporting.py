"""The way out: one function behind every figure."""

from datetime import UTC, date, datetime, timedelta

from analytics_service.domain.model import Counts, Item, Question, Series, Site, Span
from analytics_service.domain.periods import Days, days_of, local_day, local_time
from analytics_service.ports import FigureStore, Live


class Reporter:
    """Answers widget, API and dashboard alike."""

    def __init__(self, figures: FigureStore, live: Live) -> None:
        self._figures = figures
        self._live = live

    async def counts(self, site: Site, asked: Question, at: datetime) -> Counts:
        """The counter's figures at that instant. Raises Unavailable where they cannot be read."""
        today = local_day(at, site.zones)
        figures: dict[Item, int | None] = {}
        peak_at: datetime | None = None
        for item in asked.items:
            if item is Item.ONLINE:
                at_ms = int(at.timestamp() * 1000)
                figures[item] = await self._live.online(site.number, at_ms, asked.page)
            elif item is Item.PEAK:
                found = await self._figures.peak(site.number)
                figures[item], peak_at = (found[0], _local(found[1], site)) if found else (0, None)
            else:
                figures[item] = await self._summed(site, asked, item, today)
        return Counts(
            site,
            asked.metric,
            local_time(at, site.zones),
            figures,
            peak_at=peak_at,
            page=asked.page,
            series=await self._series(site, asked, asked.span, today) if asked.span else None,
        )

    async def _summed(self, site: Site, asked: Question, item: Item, today: date) -> int:
        sums = await self._figures.sums(site.number, days_of(item, today, site.week_start), asked.page)
        # What was counted elsewhere was counted for the site, not for one of its pages.
        has_opening = item is Item.TOTAL and asked.page is None
        return sums.of(asked.metric) + (site.opening(asked.metric) if has_opening else 0)

    async def _series(self, site: Site, asked: Question, span: Span, today: date) -> Series:
        first = today - timedelta(days=span.days - 1)
        daily = await self._figures.daily(site.number, Days(first, today), asked.page)
        days = (first + timedelta(days=number) for number in range(span.days))
        return Series(first, tuple(daily[day].of(asked.metric) if day in daily else 0 for day in days))


def _local(at_ms: int, site: Site) -> datetime:
    return local_time(datetime.fromtimestamp(at_ms / 1000, UTC), site.zones)
