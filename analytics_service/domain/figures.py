"""What is read of a site's stored figures for one answer, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from analytics_service.domain.metrics import Sums
from analytics_service.domain.periods import Days


@dataclass(frozen=True, slots=True)
class FigureQuery:
    """Periods to sum up, days to list one by one, and whether the record is wanted.

    `page`, in normal form, asks for one page's own sums; `peaks_since` is the instant, in milliseconds since
    1970, from which the record of today counts; None asks for no record at all.
    """

    periods: tuple[Days, ...] = ()
    daily: Days | None = None
    page: str | None = None
    peaks_since: int | None = None


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """Figures of one moment: a sum for each period, in their order; days without anybody are left out.

    A record is the most that were online and when (milliseconds since 1970), or None before anybody was.
    """

    sums: tuple[Sums, ...] = ()
    daily: Mapping[date, Sums] = field(default_factory=dict)
    peak: tuple[int, int] | None = None
    peak_since: tuple[int, int] | None = None
