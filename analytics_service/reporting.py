"""The way out: one function behind every figure."""

from datetime import UTC, date, datetime, timedelta

from analytics_service.domain.counter import Item, Span
from analytics_service.domain.counts import Counts, Peak, Question, Series
from analytics_service.domain.periods import Days, day_begins, days_of, local_day, local_time
from analytics_service.domain.site import Site
from analytics_service.ports.figures import FigureStore
from analytics_service.ports.live import Live

SITES_REMEMBERED = 10_000


class Reporter:
    """Answers widget, API and dashboard alike."""

    def __init__(self, figures: FigureStore, live: Live) -> None:
        self._figures = figures
        self._live = live
        self._online_known_at: dict[int, datetime] = {}

    async def counts(self, site: Site, asked: Question, at: datetime) -> Counts:
        """The counter's figures at that instant. Raises Unavailable where they cannot be read."""
        today = local_day(at, site.zones)
        figures: dict[Item, int | None] = {}
        online_known_at = peak = peak_today = None
        for item in asked.items:
            if item is Item.ONLINE:
                at_ms = int(at.timestamp() * 1000)
                figures[item] = await self._live.online(site.number, at_ms, asked.page)
                online_known_at = self._known_at(site, figures[item], at)
            elif item is Item.PEAK:
                peak, peak_today = await self._peaks(site, at)
                figures[item] = peak.online if peak else 0
            else:
                figures[item] = await self._summed(site, asked, item, today)
        return Counts(
            site,
            asked.metric,
            local_time(at, site.zones),
            figures,
            online_known_at=online_known_at,
            peak=peak,
            peak_today=peak_today,
            page=asked.page,
            series=await self._series(site, asked, asked.span, today) if asked.span else None,
        )

    def _known_at(self, site: Site, online: int | None, at: datetime) -> datetime | None:
        """Where nobody knows who is online: when somebody last did, as far as this worker remembers."""
        if online is None:
            known_at = self._online_known_at.get(site.number)
            return local_time(known_at, site.zones) if known_at else None
        if len(self._online_known_at) >= SITES_REMEMBERED:
            self._online_known_at.clear()
        self._online_known_at[site.number] = at
        return None

    async def _peaks(self, site: Site, at: datetime) -> tuple[Peak | None, Peak | None]:
        midnight = day_begins(at, site.zones)
        ever = await self._figures.peak(site.number)
        today = await self._figures.peak_since(site.number, int(midnight.timestamp() * 1000))
        return _peak(ever, site), _peak(today, site)

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


def _peak(found: tuple[int, int] | None, site: Site) -> Peak | None:
    if found is None:
        return None
    online, at_ms = found
    return Peak(online, local_time(datetime.fromtimestamp(at_ms / 1000, UTC), site.zones))
