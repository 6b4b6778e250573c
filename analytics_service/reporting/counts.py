"""Figures for readers: widget, API and images ask the same functions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from analytics_service.domain.counter import Item, Span
from analytics_service.domain.counts import PEAKS_KEPT, Counts, Peak, Question, Series
from analytics_service.domain.figures import FigureQuery
from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.periods import Days, day_begins, days_of, local_day, local_time
from analytics_service.domain.site import Site
from analytics_service.ports.figures import FigureStore
from analytics_service.ports.live import Live

SITES_REMEMBERED = 10_000


class Reporter:
    """Answers the questions of widget, API and dashboard, so that they cannot disagree."""

    def __init__(self, figures: FigureStore, live: Live) -> None:
        self._figures = figures
        self._live = live
        self._online_known_at: dict[int, datetime] = {}

    async def counts(self, site: Site, question: Question, at: datetime) -> Counts:
        """Returns the counter's figures at that instant, all of one moment. Raises Unavailable."""
        summed = [item for item in question.items if item not in (Item.ONLINE, Item.PEAK)]
        query = _figure_query(site, question, summed, at)
        stored = await self._figures.read(site.number, query)
        sums = dict(zip(summed, stored.sums, strict=True))
        online = online_known_at = None
        if Item.ONLINE in question.items:
            online = await self._live.online(site.number, int(at.timestamp() * 1000), question.page)
            online_known_at = self._known_at(site, online, at)
        figures: dict[Item, int | None] = {}
        for item in question.items:
            if item is Item.ONLINE:
                figures[item] = online
            elif item is Item.PEAK:
                figures[item] = stored.peak[0] if stored.peak else 0
            else:
                figures[item] = sums[item].of(question.metric) + _opening(site, question, item)
        return Counts(
            site,
            question.metric,
            local_time(at, site.zones),
            figures,
            online_known_at=online_known_at,
            peak=_peak(stored.peak, site),
            peak_today=_peak(stored.peak_since, site),
            page=question.page,
            series=_series(question.metric, query.daily, stored.daily) if query.daily else None,
        )

    async def record_of_year(self, site: Site, at: datetime) -> Peak | None:
        """Returns the most that were online at once within the last year, None where nobody was.

        Raises Unavailable.
        """
        since = int((at - PEAKS_KEPT).timestamp() * 1000)
        stored = await self._figures.read(site.number, FigureQuery(peaks_since=since))
        return _peak(stored.peak_since, site)

    def _known_at(self, site: Site, online: int | None, at: datetime) -> datetime | None:
        """Where nobody knows who is online: when somebody last did, as far as this worker remembers."""
        if online is None:
            known_at = self._online_known_at.get(site.number)
            return local_time(known_at, site.zones) if known_at else None
        if len(self._online_known_at) >= SITES_REMEMBERED:
            self._online_known_at.clear()
        self._online_known_at[site.number] = at
        return None


def _figure_query(site: Site, question: Question, summed: Sequence[Item], at: datetime) -> FigureQuery:
    today = local_day(at, site.zones)
    midnight = day_begins(at, site.zones)
    return FigureQuery(
        periods=tuple(days_of(item, today, site.week_start) for item in summed),
        daily=_days_of(question.span, today) if question.span else None,
        page=question.page,
        peaks_since=int(midnight.timestamp() * 1000) if Item.PEAK in question.items else None,
    )


def _days_of(span: Span, today: date) -> Days:
    return Days(today - timedelta(days=span.days - 1), today)


def _opening(site: Site, question: Question, item: Item) -> int:
    # What was counted elsewhere was counted for the site, not for one of its pages.
    has_opening = item is Item.TOTAL and question.page is None
    return site.opening(question.metric) if has_opening else 0


def _series(metric: Metric, days: Days, daily: Mapping[date, Sums]) -> Series:
    first = days.first or days.last
    listed = (first + timedelta(days=number) for number in range((days.last - first).days + 1))
    return Series(first, tuple(daily[day].of(metric) if day in daily else 0 for day in listed))


def _peak(found: tuple[int, int] | None, site: Site) -> Peak | None:
    if found is None:
        return None
    online, at_ms = found
    return Peak(online, local_time(datetime.fromtimestamp(at_ms / 1000, UTC), site.zones))
