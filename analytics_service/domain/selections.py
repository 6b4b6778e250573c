"""What an answer asks of the store: which facts of a site are counted, in which parts, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import Filter, Operator, Property
from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.query import Sort
from analytics_service.domain.ranges import Range
from analytics_service.errors import NotKept


@dataclass(frozen=True, slots=True)
class Selection:
    """The facts of a site that lie in a period and in visits that all filters select; `sums` are wanted."""

    site: int
    period: Range
    sums: tuple[Metric, ...]
    filters: tuple[Filter, ...] = ()

    def filters_on(self, subject: Dimension) -> tuple[Filter, ...]:
        """The filters on `page` or `event` that narrow what is counted: those that are no `not`."""
        return tuple(
            one for one in self.filters if one.subject is subject and one.operator is not Operator.NOT
        )

    @property
    def properties(self) -> tuple[Filter, ...]:
        """The filters on properties of events."""
        return tuple(one for one in self.filters if isinstance(one.subject, Property))

    def is_of_views(self, dimension: Dimension | None = None) -> bool:
        """Whether its engagement is that of single page views, and not of whole visits."""
        return dimension is Dimension.PAGE or bool(self.filters_on(Dimension.PAGE))

    def unknown(self, since: date | None, dimension: Dimension | None = None) -> frozenset[Metric]:
        """The metrics that cannot be answered: of page views before `since` no engagement is stored."""
        is_early = since is not None and self.period.first < since
        return frozenset({Metric.ENGAGED_SECONDS} if is_early and self.is_of_views(dimension) else ())


@dataclass(frozen=True, slots=True)
class Listing:
    """Which rows of a breakdown are wanted: `after` is the last row of the page before, None for the first.

    A row's key is the number of its value in the store, and 0 where the value is not known. With `only`,
    no rows but those of these keys are listed; without `limit`, all are.
    """

    dimension: Dimension
    sort: Sort
    limit: int | None = None
    after: tuple[int | float | None, int] | None = None
    only: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class FoundSums:
    """Sums by key; `kept_since` is None as long as all visits and views are stored.

    `unknown` are the metrics that were not recorded on all days of the period.

    The key is the number of the day since 1970, or the epoch second at which the hour or minute began, or
    0 for the whole period. A key without anything is left out.
    """

    sums: Mapping[int, Sums]
    kept_since: date | None = None
    unknown: frozenset[Metric] = frozenset()


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of a breakdown: `word` is its value, None where that is not known; `title` is a page's.

    `sorted_by` is the value by which it was sorted, as a cursor carries it.
    """

    key: int
    word: str | None
    sums: Sums
    sorted_by: int | float | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class FoundRows:
    """A page of rows in their order, how many there are in all, and what was not recorded."""

    rows: tuple[FoundRow, ...] = field(default_factory=tuple)
    total: int = 0
    kept_since: date | None = None
    unknown: frozenset[Metric] = frozenset()


def require_kept(period: Range, kept_since: date | None) -> None:
    """Raises NotKept where a period begins before the first day whose visits and views are all stored."""
    if kept_since is None or period.first >= kept_since:
        return
    # The same number of days where nothing of the period is left.
    last = period.last if period.last >= kept_since else kept_since + (period.last - period.first)
    raise NotKept(kept_since, (kept_since, max(last, kept_since)))


EPOCH = date(1970, 1, 1)


def day_key(day: date) -> int:
    """The key of a day: its number since 1970-01-01."""
    return (day - EPOCH) // timedelta(days=1)
