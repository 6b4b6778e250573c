"""The six tiles: a figure of the period each, with its change; one of them chooses what the chart shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics_service.domain.answers import Change, Line, Values
from analytics_service.domain.metrics import Metric
from analytics_service.domain.query import MEASURES, Measure, Rate
from analytics_service.web.dashboard.formats import Formats

TILES: tuple[Measure, ...] = (
    Metric.VISITS,
    Metric.VISITORS,
    Metric.PAGEVIEWS,
    Rate.PAGEVIEWS_PER_VISIT,
    Rate.BOUNCE_RATE,
    Rate.ENGAGED_SECONDS_PER_VISIT,
)
BETTER_WHEN_LESS = frozenset({Rate.BOUNCE_RATE, Metric.BOUNCES})
UP, DOWN = "▲", "▼"
_TIMES = 10
"""From eleven times as many on, a change is told in times."""
_SMALLEST = 0.0005
"""Changes that would be written as 0 % are none."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change in words and signs; `tone` says whether it is welcome: up, down or flat."""

    arrow: str
    text: str
    spoken: str
    tone: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure; `note` is what must be known about it."""

    name: str
    label: str
    value: str
    change: ChangeView | None
    note: str
    is_pressed: bool


def write_measure(measure: Measure, value: float | None, formats: Formats) -> str:
    """Returns a figure as it is read: a number, a part of 100, or a time; no time at all was not measured."""
    match measure:
        case Rate.BOUNCE_RATE:
            return formats.percent(value)
        case Rate.PAGEVIEWS_PER_VISIT:
            return formats.decimal(value)
        case Rate.ENGAGED_SECONDS_PER_VISIT:
            return formats.duration(value or None)
        case Metric.ENGAGED_SECONDS:
            return formats.duration(value)
        case _:
            return formats.count(value)


def view_change(measure: Measure, part: float | None, formats: Formats) -> ChangeView:
    """Returns how a figure has changed; a bounce rate that falls is welcome."""
    words = formats.words.dashboard
    if part is None:
        return ChangeView("", "–", words["unknown"], "flat")
    if abs(part) < _SMALLEST:
        return ChangeView("", formats.percent(0), words["same"], "flat")
    rises = part > 0
    is_welcome = rises != (measure in BETTER_WHEN_LESS)
    text = (
        formats.word("times", number=formats.decimal(part + 1))
        if part >= _TIMES
        else formats.percent(abs(part))
    )
    spoken = f"{words['rose' if rises else 'fell']} {text}"
    return ChangeView(UP if rises else DOWN, text, spoken, "up" if is_welcome else "down")


def choose_measure(name: str) -> Measure:
    """Returns the measure of the chart: the one that is named, where it has a tile, else visits."""
    chosen = MEASURES.get(name)
    return chosen if chosen in TILES else Metric.VISITS


def make_tiles(
    line: Line, chosen: Measure, formats: Formats, *, visitors_are: str | None = None
) -> tuple[Tile, ...]:
    """Returns the tiles of a period's totals."""
    words = formats.words.dashboard
    return tuple(
        Tile(
            name=one.value,
            label=words[one.value],
            value=write_measure(one, line.results[one], formats),
            change=None if _is_unmeasured(one, line.results) else _change(one, line.comparison, formats),
            note=words["visitors_note"] if one is Metric.VISITORS and visitors_are else "",
            is_pressed=one is chosen,
        )
        for one in TILES
    )


def _is_unmeasured(measure: Measure, values: Values) -> bool:
    """Tells whether no visit said how long it was looked at."""
    return measure is Rate.ENGAGED_SECONDS_PER_VISIT and not values[measure]


def _change(measure: Measure, comparison: Change | None, formats: Formats) -> ChangeView | None:
    if comparison is None:
        return None
    changes: Mapping[Measure, float | None] = comparison.change
    return view_change(measure, changes[measure], formats)
