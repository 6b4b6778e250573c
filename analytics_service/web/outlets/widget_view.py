"""What an outlet shows, in words and numbers: whatever draws it adds nothing to it."""

from dataclasses import dataclass, replace

from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Counts
from analytics_service.domain.metrics import Metric
from analytics_service.web.outlets.number_format import UNKNOWN, number
from analytics_service.web.outlets.query import ITEMS_OF, WidgetOptions
from analytics_service.web.translations import words


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with its label."""

    item: Item
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class WidgetView:
    """Everything that is drawn; a note stands below, `curve` is a card's series."""

    look: WidgetOptions
    heading: str
    title: str
    rows: tuple[Row, ...]
    note: str = ""
    curve: tuple[int, ...] = ()
    is_error: bool = False

    @property
    def told(self) -> str:
        """The scene in one line, for those who hear it."""
        figures = ", ".join(f"{row.label}: {row.value}" for row in self.rows)
        return f"{figures} ({self.note})" if self.note else figures


def scene_of(counts: Counts, look: WidgetOptions, *, is_stale: bool = False) -> WidgetView:
    """The counter's figures in the look's language."""
    texts = words(look.lang).widget
    rows = tuple(_row(item, number(value, look), look) for item, value in counts.figures.items())
    note = ""
    if is_stale:
        note = f"{texts['stale']} {counts.at:%H:%M}"
    elif counts.online_known_at is not None:
        note = f"{texts['online']}: {texts['last']} {counts.online_known_at:%H:%M}"
    elif counts.metric is Metric.VISITORS and any(item not in _OF_A_DAY for item in counts.figures):
        note = texts["sum"]
    curve = counts.series.values if counts.series is not None else ()
    return replace(_empty(look), rows=rows, note=note, curve=curve)


# Visitors of one day are people; of several days, those of each day added up.
_OF_A_DAY = frozenset({Item.ONLINE, Item.TODAY, Item.YESTERDAY, Item.PEAK})


def error_scene(look: WidgetOptions, items: tuple[Item, ...]) -> WidgetView:
    """The same shape without any figure."""
    rows = tuple(_row(item, UNKNOWN, look) for item in items or ITEMS_OF[look.variant])
    return replace(_empty(look), rows=rows, note=words(look.lang).widget["error"], is_error=True)


def _empty(look: WidgetOptions) -> WidgetView:
    usual = words(look.lang).widget["heading"]
    heading = usual if look.heading is None else look.heading
    return WidgetView(look, heading, heading or usual, ())


def _row(item: Item, value: str, look: WidgetOptions) -> Row:
    label = dict(look.labels).get(item) or words(look.lang).widget[item.value]
    return Row(item, label, value)
