"""Metrics and their sums."""

from dataclasses import dataclass
from enum import StrEnum


class Metric(StrEnum):
    """Additive sums; rates are divided at the edge."""

    PAGEVIEWS = "pageviews"
    VISITS = "visits"
    VISITORS = "visitors"
    BOUNCES = "bounces"
    ENGAGED_SECONDS = "engaged_seconds"
    EVENTS = "events"


@dataclass(slots=True)
class Sums:
    """Additive sums of one bucket; `engaged_ms` in milliseconds."""

    pageviews: int = 0
    visits: int = 0
    visitors: int = 0
    bounces: int = 0
    engaged_ms: int = 0
    events: int = 0

    def of(self, metric: Metric) -> int:
        """The sum in that metric's own unit."""
        if metric is Metric.ENGAGED_SECONDS:
            return self.engaged_ms // 1000
        return int(getattr(self, metric.value))

    def add(self, other: "Sums", sign: int = 1) -> None:
        """Adds `other` to these sums, or takes it away with `sign=-1`."""
        self.pageviews += sign * other.pageviews
        self.visits += sign * other.visits
        self.visitors += sign * other.visitors
        self.bounces += sign * other.bounces
        self.engaged_ms += sign * other.engaged_ms
        self.events += sign * other.events

    def row(self) -> tuple[int, int, int, int, int, int]:
        """The sums in the order of their columns."""
        return (self.pageviews, self.visits, self.visitors, self.bounces, self.engaged_ms, self.events)
