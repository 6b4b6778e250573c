"""What an outlet shows, in words and numbers; renderers add nothing to it."""

from dataclasses import dataclass, replace
from datetime import datetime

from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Counts
from analytics_service.domain.metrics import Metric
from analytics_service.web.outlets.number_format import UNKNOWN, format_number
from analytics_service.web.outlets.options import ITEMS_OF, WidgetOptions
from analytics_service.web.translations import load_words


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, formatted, with its label."""

    item: Item
    label: str
    value: str
    is_live: bool = True
    """Whether the figure is of now: neither unknown nor one of before."""


@dataclass(frozen=True, slots=True)
class WidgetView:
    """All that is rendered; the note stands below the rows, `curve` is a card's series."""

    options: WidgetOptions
    heading: str
    title: str
    rows: tuple[Row, ...]
    note: str = ""
    curve: tuple[int, ...] = ()
    is_error: bool = False

    @property
    def description(self) -> str:
        """All figures in one line, for screen readers."""
        figures = ", ".join(f"{row.label}: {row.value}" for row in self.rows)
        return f"{figures} ({self.note})" if self.note else figures


def build_view(
    counts: Counts, options: WidgetOptions, *, is_stale: bool = False, now: datetime | None = None
) -> WidgetView:
    """Returns the counter's figures in the language of the options; `is_stale` adds their time as a note.

    `now` is the time at the site; it says whether a time needs its date.
    """
    texts = load_words(options.lang).widget
    rows = tuple(
        _row(item, format_number(value, options), options, is_live=value is not None and not is_stale)
        for item, value in counts.figures.items()
    )
    note = ""
    if is_stale:
        note = f"{texts['stale']} {_moment(counts.at, now)}"
    elif counts.online_known_at is not None:
        note = f"{texts['online']}: {texts['last']} {_moment(counts.online_known_at, now)}"
    elif counts.metric is Metric.VISITORS and any(item not in _OF_A_DAY for item in counts.figures):
        note = texts["sum"]
    curve = counts.series.values if counts.series is not None else ()
    return replace(_empty(options), rows=rows, note=note, curve=curve)


def _moment(at: datetime, now: datetime | None) -> str:
    """Returns the time of day, with the date where that is another than `now`."""
    is_today = now is None or now.astimezone(at.tzinfo).date() == at.date()
    return f"{at:%H:%M}" if is_today else f"{at:%Y-%m-%d %H:%M}"


# Visitors of one day are distinct; those of several days are the sum of its days.
_OF_A_DAY = frozenset({Item.ONLINE, Item.TODAY, Item.YESTERDAY, Item.PEAK})


def build_error_view(options: WidgetOptions, items: tuple[Item, ...]) -> WidgetView:
    """Returns a view with dashes in place of figures, and the error as its note."""
    rows = tuple(_row(item, UNKNOWN, options, is_live=False) for item in items or ITEMS_OF[options.variant])
    return replace(_empty(options), rows=rows, note=load_words(options.lang).widget["error"], is_error=True)


def _empty(options: WidgetOptions) -> WidgetView:
    default = load_words(options.lang).widget["heading"]
    heading = default if options.heading is None else options.heading
    return WidgetView(options, heading, heading or default, ())


def _row(item: Item, value: str, options: WidgetOptions, *, is_live: bool) -> Row:
    label = dict(options.labels).get(item) or load_words(options.lang).widget[item.value]
    return Row(item, label, value, is_live)
