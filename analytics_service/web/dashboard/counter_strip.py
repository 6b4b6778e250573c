"""The public counter as its owner sees it: the numbers of the widget, out of the same function."""

from dataclasses import dataclass

from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Counts, Question
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import Site
from analytics_service.errors import Unavailable
from analytics_service.web.dashboard.formats import UNKNOWN, Formats
from analytics_service.web.dashboard.viewer import Viewer

ITEMS = (Item.ONLINE, Item.TODAY, Item.YESTERDAY, Item.WEEK, Item.MONTH, Item.TOTAL)


@dataclass(frozen=True, slots=True)
class CounterItem:
    """A figure of the counter with its label."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class CounterStrip:
    """What the widget shows at this moment; `online` is the figure of the bar."""

    items: tuple[CounterItem, ...]
    is_public: bool
    online: str
    opening: str
    is_known: bool


async def read_counter(viewer: Viewer, site: Site) -> CounterStrip:
    """Returns the figures of a site's counter, dashes where they cannot be read."""
    items = tuple(item for item in ITEMS if item in site.counter.items) or ITEMS[:1]
    asked_for = items if Item.ONLINE in items else (Item.ONLINE, *items)
    formats = viewer.formats(site)
    try:
        counts = await viewer.services.reporter.counts(site, Question(asked_for, Metric.VISITS), viewer.at)
    except Unavailable:
        counts = None
    return CounterStrip(
        tuple(_item(item, counts, formats) for item in items),
        is_public=site.public,
        online=_figure(Item.ONLINE, counts, formats),
        opening=formats.count(site.opening(Metric.VISITS)) if site.opening(Metric.VISITS) else "",
        is_known=counts is not None,
    )


def _item(item: Item, counts: Counts | None, formats: Formats) -> CounterItem:
    return CounterItem(item.value, formats.words.widget[item.value], _figure(item, counts, formats))


def _figure(item: Item, counts: Counts | None, formats: Formats) -> str:
    return UNKNOWN if counts is None else formats.count(counts.figures[item])
