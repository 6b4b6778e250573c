"""What the public counter may show."""

from enum import StrEnum

import msgspec

from analytics_service.domain.metrics import Metric


class Item(StrEnum):
    """What the public counter shows."""

    ONLINE = "online"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    LAST_WEEK = "last_week"
    MONTH = "month"
    LAST_MONTH = "last_month"
    YEAR = "year"
    TOTAL = "total"
    PEAK = "peak"


class Span(StrEnum):
    """How far back a series of days reaches, today included."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"

    @property
    def days(self) -> int:
        """How many days it has."""
        return int(self.value.removesuffix("d"))


PUBLIC_METRICS = frozenset({Metric.VISITS, Metric.PAGEVIEWS, Metric.VISITORS})


class PublicCounter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the public counter may tell."""

    items: frozenset[Item] = frozenset(Item)
    metrics: frozenset[Metric] = PUBLIC_METRICS
    series: bool = True
    pages: bool = False
