"""Whether sums as they are stored agree with what the visits and views behind them add up to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum

from analytics_service.domain.dimensions import OTHER, Dimension
from analytics_service.domain.metrics import Sums

FIELDS = ("pageviews", "visits", "visitors", "bounces", "engaged_ms", "events")


class Part(Enum):
    """What of a day's sums is verified in one step, as the dimensions that it has."""

    SITE = (Dimension.SITE,)
    PAGE = (Dimension.PAGE,)
    EVENT = (Dimension.EVENT,)
    ENTRY_PAGE = (Dimension.ENTRY_PAGE,)
    EXIT_PAGE = (Dimension.EXIT_PAGE,)
    HOSTNAME = (Dimension.HOSTNAME,)
    ACQUISITION = tuple(Dimension(number) for number in range(Dimension.SOURCE, Dimension.UTM_TERM + 1))
    LOCATION = tuple(Dimension(number) for number in range(Dimension.COUNTRY, Dimension.CITY + 1))
    TECHNOLOGY = tuple(Dimension(number) for number in range(Dimension.BROWSER, Dimension.LANGUAGE + 1))

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Returns the dimensions whose sums belong to this part."""
        dimensions: tuple[Dimension, ...] = self.value
        return dimensions


DayKey = tuple[str, str]
"""What a sum is of: "site" and "", "hour" and its key, a dimension and its value."""
DaySums = Mapping[DayKey, Sums]
"""All sums of one site's day; a key that is missing stands for zeros."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One sum that is not what its visits and views add up to."""

    site: int
    day: date
    of: str
    value: str
    metric: str
    stored: int
    found: int


@dataclass(frozen=True, slots=True)
class Check:
    """What the last daily check saw: how many days of sites, and how many sums were wrong."""

    at_ms: int
    days: int
    differences: int


def differences(site: int, day: date, stored: DaySums, found: DaySums) -> list[Difference]:
    """Every sum that is stored otherwise than found, in the order of their keys."""
    nothing = Sums()
    return [
        Difference(site, day, *key, metric, was, is_)
        for key in sorted(stored.keys() | found.keys())
        for metric, was, is_ in zip(
            FIELDS, stored.get(key, nothing).row(), found.get(key, nothing).row(), strict=True
        )
        if was != is_
    ]


def day_of_hours(hours: list[Sums]) -> Sums:
    """A day as the sum of its hours."""
    day = Sums()
    for hour in hours:
        day.add(hour)
    return day


def wording(wrong: Difference) -> str:
    """Returns a difference as a sentence for logs and terminals."""
    value = {"": "that is not known", OTHER: "of values over the cap"}.get(wrong.value, wrong.value)
    where = "the day" if wrong.of == "site" else f"the {wrong.of.replace('_', ' ')} {value}"
    return (
        f"site {wrong.site}, {wrong.day}: {wrong.metric} of {where} "
        f"are stored as {wrong.stored}, but add up to {wrong.found}"
    )


def as_told(wrong: Difference) -> dict[str, object]:
    """A difference as JSON tells it."""
    return {**asdict(wrong), "day": wrong.day.isoformat()}
