"""What an answer asks of the store, and what of it cannot be known."""

from datetime import date, timedelta

import pytest

from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import Filter, Operator, Property
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.ranges import resolve
from analytics_service.domain.selections import Selection, day_key, require_kept
from analytics_service.errors import NotKept
from tests.domain.zones import calendar_of, utc

FIRST, LAST = date(2026, 11, 10), date(2026, 11, 12)
PERIOD = resolve(Dates(FIRST, LAST), calendar_of("Asia/Ho_Chi_Minh"), utc("2026-11-20T00:00"))
PAGE = Filter(Dimension.PAGE, Operator.IS, ("/a",))
NO_PAGE = Filter(Dimension.PAGE, Operator.NOT, ("/a",))
PRICE = Filter(Property("price"), Operator.IS, ("7",))
ONE = timedelta(days=1)


def selection(*filters: Filter) -> Selection:
    return Selection(1, PERIOD, (Metric.VISITS,), filters)


def test_filters_are_told_apart_by_what_they_are_on() -> None:
    some = selection(PAGE, NO_PAGE, PRICE)
    assert some.filters_on(Dimension.PAGE) == (PAGE,)
    assert some.filters_on(Dimension.EVENT) == ()
    assert some.properties == (PRICE,)
    assert selection().properties == ()


def test_engagement_is_that_of_page_views_where_pages_are_named() -> None:
    assert selection(PAGE).is_of_views()
    assert selection().is_of_views(Dimension.PAGE)
    assert not selection(NO_PAGE, PRICE).is_of_views()
    assert not selection().is_of_views(Dimension.SOURCE)


def test_engagement_of_pages_is_not_known_before_it_was_stored() -> None:
    unknown = frozenset({Metric.ENGAGED_SECONDS})
    assert selection(PAGE).unknown(FIRST + ONE) == unknown
    assert selection().unknown(FIRST + ONE, Dimension.PAGE) == unknown
    assert selection(PAGE).unknown(FIRST) == frozenset()
    assert selection(PAGE).unknown(None) == frozenset()
    assert selection().unknown(FIRST + ONE) == frozenset()


def test_a_period_from_the_first_kept_day_on_can_be_answered() -> None:
    require_kept(PERIOD, None)
    require_kept(PERIOD, FIRST)
    require_kept(PERIOD, FIRST - ONE)


@pytest.mark.parametrize(
    ("kept_since", "nearest"),
    [
        (FIRST + ONE, (FIRST + ONE, LAST)),
        (LAST, (LAST, LAST)),
        (LAST + ONE, (LAST + ONE, LAST + ONE + 2 * ONE)),
    ],
)
def test_a_period_that_begins_before_it_is_refused_with_one_that_can(
    kept_since: date, nearest: tuple[date, date]
) -> None:
    with pytest.raises(NotKept) as refused:
        require_kept(PERIOD, kept_since)
    assert (refused.value.kept_since, refused.value.nearest) == (kept_since, nearest)


def test_the_key_of_a_day_is_its_number_since_1970() -> None:
    assert [day_key(day) for day in (date(1970, 1, 1), date(1970, 1, 2), date(1969, 12, 31))] == [0, 1, -1]
