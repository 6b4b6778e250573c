"""What may be asked of the counter."""

from dataclasses import replace

import pytest
from starlette.datastructures import QueryParams

from analytics_service.domain.model import Item, Metric, PublicCounter
from analytics_service.errors import BadParameter, NotPublic
from analytics_service.web.counter import DEFAULT_ITEMS, asked, shown
from tests.domain.test_admission import SITE


def test_nothing_asked_is_the_four_items_of_a_portal() -> None:
    assert asked(QueryParams("")) == ((), Metric.VISITS)
    assert shown(SITE, (), Metric.VISITS) == DEFAULT_ITEMS


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
        ("items=top", "items", "items: 'top' is not known"),
        ("metric=bounces", "metric", "metric: 'bounces' is not known"),
        ("metric=visits&metric=visitors", "metric", "metric: is given twice"),
        ("items=" + "x" * 5000, "items", "items: '" + "x" * 40 + "' is not known"),
    ],
)
def test_a_typo_is_refused_and_told(query: str, parameter: str, told: str) -> None:
    with pytest.raises(BadParameter) as refused:
        asked(QueryParams(query))
    assert (refused.value.parameter, str(refused.value)) == (parameter, told)


def test_what_a_site_does_not_show_is_refused_with_what_it_shows() -> None:
    counter = PublicCounter(items=frozenset({Item.TODAY, Item.PEAK}), metrics=frozenset({Metric.VISITS}))
    site = replace(SITE, counter=counter)
    assert shown(site, (), Metric.VISITS) == (Item.TODAY,)
    assert shown(site, (Item.PEAK, Item.TODAY), Metric.VISITS) == (Item.PEAK, Item.TODAY)
    with pytest.raises(NotPublic) as refused:
        shown(site, (Item.TODAY, Item.TOTAL), Metric.VISITS)
    assert (refused.value.parameter, refused.value.allowed) == ("items", ("today", "peak"))
    with pytest.raises(NotPublic):
        shown(site, (), Metric.PAGEVIEWS)
