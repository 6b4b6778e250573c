"""The chart of a period as lines in a square of 1,000 by 1,000, with the table that shows the same."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analytics_service.domain.answers import Line, Point
from analytics_service.domain.buckets import Interval
from analytics_service.domain.metrics import Metric
from analytics_service.domain.query import Measure, Rate
from analytics_service.domain.ranges import Range
from analytics_service.web.dashboard.formats import Formats
from analytics_service.web.dashboard.tiles import ChangeView, view_change, write_measure

SIDE = 1000
MAX_STEPS = 5
MAX_LABELS = 8
_TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000)
_SIZES = (1, 1.5, 2, 2.5, 3, 4, 5, 10)
_SECONDS = (Rate.ENGAGED_SECONDS_PER_VISIT, Metric.ENGAGED_SECONDS)
Spot = tuple[float, float] | None
"""Where a point lies in the square; None where it has no figure."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside an axis, at so many per cent of its length; `is_fine` ones are left out on phones."""

    at: float
    text: str
    is_fine: bool = False
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Sample:
    """One point in words, and where it lies in per cent from the left and from the top."""

    label: str
    value: str
    before: str
    change: ChangeView | None
    x: float
    y: float | None
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """A note on the chart, at so many per cent from the left."""

    at: float
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws; `part` is the line to the bucket that is still running."""

    label: str
    heights: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    line: str
    fill: str
    part: str
    before: str
    samples: tuple[Sample, ...]
    flags: tuple[Flag, ...]
    legend: str
    legend_before: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a day of the site, by a person or by the service."""

    day: date
    text: str


def make_chart(
    line: Line,
    measure: Measure,
    interval: Interval,
    formats: Formats,
    *,
    at: datetime,
    notes: Sequence[Note] = (),
) -> Chart:
    """Returns the chart of a measure; buckets that have not begun are left out."""
    points = [point for point in line.points if point.start <= at]
    before = list(line.compared_points[: len(line.points)])
    values = [_value(point, measure) for point in points]
    earlier = [_value(point, measure) for point in before]
    top, step = scale([*values, *earlier], measure)
    width = max(len(line.points), 2)
    spots = [_spot(number, value, width, top) for number, value in enumerate(values)]
    whole = len(points) - 1 if points and not points[-1].complete else len(points)
    words = formats.words.dashboard
    period = _days_of(line.period, formats)
    return Chart(
        label=words["chart_of"].format(metric=words[measure.value], period=period),
        heights=_heights(top, step, measure, formats),
        labels=_labels(line.points, interval, formats),
        line=draw_line(spots[:whole]),
        fill=_fill(spots[:whole]),
        part=draw_line(spots[max(whole - 1, 0) :]) if whole < len(points) else "",
        before=draw_line([_spot(number, value, width, top) for number, value in enumerate(earlier)]),
        samples=_samples(points, before, spots, measure, interval=interval, formats=formats),
        flags=_flags(line.points, notes, formats),
        legend=period,
        legend_before=_days_of(line.comparison.period, formats) if line.comparison else "",
    )


def _days_of(period: Range | None, formats: Formats) -> str:
    return formats.days(period.first, period.last) if period is not None else ""


def _value(point: Point | None, measure: Measure) -> float | None:
    return None if point is None else point.values[measure]


def scale(values: Sequence[float | None], measure: Measure) -> tuple[float, float]:
    """Returns the height of a chart and the distance of its lines: round numbers, five lines at most."""
    most = max((value for value in values if value is not None), default=0)
    if measure in _SECONDS:
        step: float = next((one for one in _TIMES if most <= one * MAX_STEPS), 0)
        step = step or 36000 * math.ceil(most / MAX_STEPS / 36000)
    elif most <= 0:
        step = 0.2 if measure is Rate.BOUNCE_RATE else 1
    else:
        rough = most / MAX_STEPS
        power = 10.0 ** math.floor(math.log10(rough))
        sizes = _SIZES if power >= 10 or isinstance(measure, Rate) else (1, 2, 5, 10)
        step = next(size * power for size in sizes if size * power * MAX_STEPS >= most * (1 - 1e-9))
        if not isinstance(measure, Rate):
            step = max(step, 1)
    return step * max(1, math.ceil(most / step - 1e-9)), step


def _heights(top: float, step: float, measure: Measure, formats: Formats) -> tuple[Mark, ...]:
    count = round(top / step)

    def text(value: float) -> str:
        if isinstance(measure, Rate) or measure in _SECONDS:
            return write_measure(measure, value, formats)
        return formats.compact(value)

    return tuple(
        Mark(round(100 - 100 * number / count, 2), text(number * step), is_fine=count > 3 and number % 2 == 1)
        for number in range(count + 1)
    )


def _labels(points: Sequence[Point], interval: Interval, formats: Formats) -> tuple[Mark, ...]:
    """Returns words for some of the buckets, as many as fit."""
    count = len(points)
    gap = max(1, math.ceil(count / MAX_LABELS))
    marks = []
    for number in range(0, count, gap):
        point = points[number]
        place = 0.0 if count == 1 else round(100 * number / (count - 1), 2)
        anchor = "start" if number == 0 else "end" if place > 97 else "middle"
        text = name_bucket(point, interval, formats)
        marks.append(Mark(place, text, is_fine=(number // gap) % 2 == 1, anchor=anchor))
    return tuple(marks)


def _spot(number: int, value: float | None, count: int, top: float) -> Spot:
    if value is None:
        return None
    return round(SIDE * number / (count - 1), 1), round(SIDE * (1 - value / top), 1)


def draw_line(spots: Sequence[Spot]) -> str:
    """Returns the path through the spots; where one is missing, the line breaks off."""
    parts, pen = [], "M"
    for spot in spots:
        if spot is None:
            pen = "M"
            continue
        parts.append(f"{pen}{spot[0]:g} {spot[1]:g}")
        pen = "L"
    return "".join(parts)


def _fill(spots: Sequence[Spot]) -> str:
    known = [spot for spot in spots if spot is not None]
    if len(known) < 2:
        return ""
    return f"{draw_line(known)}L{known[-1][0]:g} {SIDE}L{known[0][0]:g} {SIDE}Z"


def _samples(
    points: Sequence[Point],
    before: Sequence[Point | None],
    spots: Sequence[Spot],
    measure: Measure,
    *,
    interval: Interval,
    formats: Formats,
) -> tuple[Sample, ...]:
    samples = []
    for number, (point, spot) in enumerate(zip(points, spots, strict=True)):
        earlier = before[number] if number < len(before) else None
        now, base = point.values[measure], _value(earlier, measure)
        change = None
        if earlier is not None and now is not None and base and point.complete:
            change = view_change(measure, (now - base) / base, formats)
        samples.append(
            Sample(
                label=name_bucket(point, interval, formats, long=True),
                value=write_measure(measure, now, formats),
                before=write_measure(measure, base, formats) if earlier is not None else "",
                change=change,
                x=spot[0] / 10 if spot else 0,
                y=spot[1] / 10 if spot else None,
                is_complete=point.complete,
            )
        )
    return tuple(samples)


def _flags(points: Sequence[Point], notes: Sequence[Note], formats: Formats) -> tuple[Flag, ...]:
    flags = []
    for note in notes:
        places = [
            number
            for number, point in enumerate(points)
            if point.start.date() <= note.day
            and (note.day < point.end.date() or note.day == point.start.date())
        ]
        if places:
            place = 100 * places[0] / max(len(points) - 1, 1)
            flags.append(Flag(round(place, 2), formats.day(note.day), note.text))
    return tuple(flags)


def name_bucket(point: Point, interval: Interval, formats: Formats, *, long: bool = False) -> str:
    """Returns what an axis calls a part of a series; `long` is for tables."""
    first = point.start.date()
    match interval:
        case Interval.MINUTE | Interval.HOUR:
            clock = f"{point.start:%H:%M}"
            return f"{formats.day(first, with_weekday=True)}, {clock}" if long else clock
        case Interval.MONTH:
            return formats.month(first)
        case Interval.WEEK:
            last = (point.end - timedelta(seconds=1)).date()
            return formats.days(first, last) if long else formats.day(first)
        case Interval.DAY:
            return formats.day(first, with_weekday=True) if long else formats.day(first)
