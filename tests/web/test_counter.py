"""What may be asked of the counter."""

import pytest
from starlette.datastructures import QueryParams

from analytics_service.domain.model import Item, Metric
from analytics_service.errors import BadParameter
from analytics_service.web.counter import DEFAULT_ITEMS, asked


def test_nothing_asked_is_the_four_items_of_a_portal() -> None:
    assert asked(QueryParams("")) == (DEFAULT_ITEMS, Metric.VISITS)


def test_items_keep_their_order_and_stand_once() -> None:
    query = QueryParams("items=total,online,total&metric=pageviews")
    assert asked(query) == ((Item.TOTAL, Item.ONLINE), Metric.PAGEVIEWS)


@pytest.mark.parametrize(
    ("query", "parameter", "told"),
    [
        ("item=online", "item", "item: is no parameter here"),
        ("callback=alert", "callback", "callback: is no parameter here"),
        ("items=lastweek", "items", "items: 'lastweek' is not known; did you mean 'last_week'?"),
        ("items=", "items", "items: '' is not known"),
        ("items=peak", "items", "items: 'peak' is not known"),
        ("metric=bounces", "metric", "metric: 'bounces' is not known"),
        ("metric=visits&metric=visitors", "metric", "metric: is given twice"),
        ("items=" + "x" * 5000, "items", "items: '" + "x" * 40 + "' is not known"),
    ],
)
def test_a_typo_is_refused_and_told(query: str, parameter: str, told: str) -> None:
    with pytest.raises(BadParameter) as refused:
        asked(QueryParams(query))
    assert (refused.value.parameter, str(refused.value)) == (parameter, told)
