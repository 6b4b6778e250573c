"""What a visit contains: its pages and the names of its events, each once, and on which days they lie."""

from datetime import date
from typing import Protocol

from analytics_service.domain.dimensions import Dimension

EVENT_SIGN = "\n"
"""What an event's name begins with among the contents of a visit; no page does."""
FEW = 8

Contents = tuple[str, ...] | set[str]
"""Pages that were viewed, and names of events behind EVENT_SIGN; a tuple as long as they are few."""
DayCounts = tuple[tuple[date, int, int], ...]
"""Page views and events by day."""


class Counted(Protocol):
    """A visit as far as its days are concerned."""

    day: date
    pageviews: int
    events: int
    later: DayCounts


def item_of(page: str, name: str) -> str:
    """Returns what a page view (without a name) or an event adds to the contents of its visit."""
    return EVENT_SIGN + name if name else page


def value_of(item: str) -> tuple[Dimension, str]:
    """Returns the dimension that an item is a value of, and the value."""
    return (Dimension.EVENT, item[1:]) if item.startswith(EVENT_SIGN) else (Dimension.PAGE, item)


def with_item(contents: Contents, item: str) -> Contents:
    """Returns contents with one more item; a set is changed in place."""
    if isinstance(contents, tuple):
        if len(contents) < FEW:
            return (*contents, item)
        contents = set(contents)
    contents.add(item)
    return contents


def days_of(visit: Counted) -> DayCounts:
    """Returns how many page views and events of a visit lie on each of its days, the first one first."""
    pageviews, events = visit.pageviews, visit.events
    for _, views_later, events_later in visit.later:
        pageviews -= views_later
        events -= events_later
    return (visit.day, pageviews, events), *visit.later


def add_later(visit: Counted, day: date, pageviews: int, events: int) -> None:
    """Notes that so many of a visit's page views and events lie on a day that is not its first."""
    counts = {of: (some, others) for of, some, others in visit.later}
    some, others = counts.get(day, (0, 0))
    counts[day] = (some + pageviews, others + events)
    visit.later = tuple((of, *numbers) for of, numbers in sorted(counts.items()))


def move_to_day(visit: Counted, day: date) -> None:
    """Makes another day a visit's first; what lay on the former one lies on a later day now."""
    _, *of_first = days_of(visit)[0]
    former = visit.day
    visit.later = tuple(of_day for of_day in visit.later if of_day[0] != day)
    visit.day = day
    if any(of_first):
        add_later(visit, former, *of_first)
