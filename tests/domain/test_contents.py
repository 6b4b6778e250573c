"""What a visit contains: each page and event once, and how much of it lies on which of its days."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from analytics_service.domain.contents import (
    Contents,
    DayCounts,
    add_later,
    days_of,
    item_of,
    move_to_day,
    value_of,
    with_item,
)
from analytics_service.domain.dimensions import Dimension

DAY = date(2026, 11, 10)
NEXT, THIRD = DAY + timedelta(days=1), DAY + timedelta(days=2)


@dataclass
class AVisit:
    """A visit of five page views and three events, as far as its days are concerned."""

    day: date = DAY
    pageviews: int = 5
    events: int = 3
    later: DayCounts = ()


@pytest.mark.parametrize(
    ("page", "name", "value"),
    [
        ("/a", "", (Dimension.PAGE, "/a")),
        ("/a", "buy", (Dimension.EVENT, "buy")),
        ("", "", (Dimension.PAGE, "")),
    ],
)
def test_a_view_adds_its_page_to_a_visit_and_an_event_its_name(
    page: str, name: str, value: tuple[Dimension, str]
) -> None:
    assert value_of(item_of(page, name)) == value


@pytest.mark.parametrize("count", [1, 8, 9, 10, 30])
def test_a_visit_contains_every_item_however_many_they_are(count: int) -> None:
    contents: Contents = ()
    items = [f"/{number}" for number in range(count)]
    for item in items:
        contents = with_item(contents, item)
    assert sorted(contents) == sorted(items)


def test_contents_of_few_items_are_left_as_they_are_when_one_is_added() -> None:
    for few in (("/a",), tuple(f"/{number}" for number in range(8))):
        kept = tuple(few)
        assert sorted(with_item(few, "/b")) == sorted({*kept, "/b"})
        assert few == kept


def test_what_does_not_lie_on_later_days_lies_on_the_first() -> None:
    visit = AVisit()
    assert days_of(visit) == ((DAY, 5, 3),)
    add_later(visit, THIRD, 1, 0)
    add_later(visit, NEXT, 1, 1)
    add_later(visit, NEXT, 1, 1)
    assert days_of(visit) == ((DAY, 2, 1), (NEXT, 2, 2), (THIRD, 1, 0))


def test_a_visit_that_is_found_to_begin_earlier_keeps_what_lies_on_its_former_first_day() -> None:
    visit = AVisit(day=NEXT, later=((THIRD, 2, 1),))
    visit.pageviews += 1
    move_to_day(visit, DAY)
    assert days_of(visit) == ((DAY, 0, 0), (NEXT, 4, 2), (THIRD, 2, 1))


def test_a_visit_whose_first_day_is_empty_begins_on_a_later_day_without_a_trace_of_it() -> None:
    visit = AVisit(later=((NEXT, 3, 2), (THIRD, 2, 1)))
    move_to_day(visit, NEXT)
    assert days_of(visit) == ((NEXT, 3, 2), (THIRD, 2, 1))


def test_a_first_day_of_which_only_events_are_left_is_kept() -> None:
    visit = AVisit(later=((NEXT, 5, 2),))
    move_to_day(visit, NEXT)
    assert days_of(visit) == ((NEXT, 5, 2), (DAY, 0, 1))
