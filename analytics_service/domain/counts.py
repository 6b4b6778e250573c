"""Questions to the public counter, and their answers."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from analytics_service.domain.counter import Item, Span
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import Site

PEAK_EACH = timedelta(minutes=10)


PEAKS_KEPT = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a site's figures; `page`, in normal form, asks for that page's own."""

    items: tuple[Item, ...]
    metric: Metric
    span: Span | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A figure for each local day from `first` on, today's last; days without anybody are zero."""

    first: date
    values: tuple[int, ...]


class Peak(NamedTuple):
    """The most that were online, and when."""

    online: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """The counter's figures at one moment.

    `online` is None while nobody can know it; `online_known_at` is then when it could last be known.
    """

    site: Site
    metric: Metric
    at: datetime
    figures: dict[Item, int | None] = field(default_factory=dict)
    online_known_at: datetime | None = None
    peak: Peak | None = None
    peak_today: Peak | None = None
    page: str | None = None
    series: Series | None = None
