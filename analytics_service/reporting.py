"""The way out: one function behind every figure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from analytics_service.domain.model import Counts, Item, Metric, Site
from analytics_service.domain.periods import days_of, local_day, local_time
from analytics_service.ports import FigureStore, Live


class Reporter:
    """Answers widget, API and dashboard alike."""

    def __init__(self, figures: FigureStore, live: Live) -> None:
        self._figures = figures
        self._live = live

    async def counts(self, site: Site, items: Sequence[Item], metric: Metric, at: datetime) -> Counts:
        """The counter's figures at that instant. Raises Unavailable where they cannot be read."""
        local = local_time(at, site.zones)
        today = local_day(at, site.zones)
        figures: dict[Item, int | None] = {}
        peak_at: datetime | None = None
        for item in items:
            if item is Item.ONLINE:
                figures[item] = await self._live.online(site.number, int(at.timestamp() * 1000))
                continue
            if item is Item.PEAK:
                found = await self._figures.peak(site.number)
                figures[item], peak_at = (found[0], _local(found[1], site)) if found else (0, None)
                continue
            sums = await self._figures.sums(site.number, days_of(item, today, site.week_start))
            opening = site.opening(metric) if item is Item.TOTAL else 0
            figures[item] = sums.of(metric) + opening
        return Counts(site, metric, local, figures, peak_at=peak_at)


def _local(at_ms: int, site: Site) -> datetime:
    return local_time(datetime.fromtimestamp(at_ms / 1000, UTC), site.zones)
