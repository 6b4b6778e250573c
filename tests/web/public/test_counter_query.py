"""The parameters of the counter, and what a site makes public of its figures."""

from dataclasses import replace

import pytest
from starlette.datastructures import QueryParams

from analytics_service.domain.counter import Item, PublicCounter, Span
from analytics_service.domain.counts import Question
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import Site, SiteRules
from analytics_service.errors import BadParameter, NotPublic
from analytics_service.web.public.counter_query import DEFAULT_ITEMS, authorise, parse_query
from tests.domain.test_admission import SITE


def test_nothing_asked_is_the_four_items_of_a_portal() -> None:
    assert parse_query(QueryParams("")) == Question((), Metric.VISITS)
    assert authorise(SITE, parse_query(QueryParams(""))) == Question(DEFAULT_ITEMS, Metric.VISITS)


def test_items_keep_their_order_and_stand_once() -> None:
    query = QueryParams("items=total,online,total&metric=pageviews")
    assert parse_query(query) == Question((Item.TOTAL, Item.ONLINE), Metric.PAGEVIEWS)


def test_a_page_is_asked_for_in_whatever_form_and_has_page_views_only() -> None:
    rules = SiteRules(index_files=True)
    site = replace(SITE, rules=rules, counter=PublicCounter(pages=True))
    for written in ("/tin-tức/", "/tin-t%E1%BB%A9c", "/a/../tin-tức/index.php?utm_source=x"):
        query = QueryParams([("path", written), ("series", "7d"), ("items", "today")])
        expected = Question((Item.TODAY,), Metric.PAGEVIEWS, Span.WEEK, "/tin-tức")
        assert authorise(site, parse_query(query)) == expected


@pytest.mark.parametrize(
    ("query", "parameter", "told"),
    [
        ("item=online", "item", "item: unknown parameter; did you mean 'items'?"),
        ("callback=alert", "callback", "callback: unknown parameter"),
        ("items=lastweek", "items", "items: unknown value 'lastweek'; did you mean 'last_week'?"),
        ("items=", "items", "items: unknown value ''"),
        ("items=top", "items", "items: unknown value 'top'"),
        ("metric=bounces", "metric", "metric: unknown value 'bounces'"),
        ("metric=visits&metric=visitors", "metric", "metric: must be given only once"),
        ("series=30", "series", "series: unknown value '30'; did you mean '30d'?"),
        ("serie=30d", "serie", "serie: unknown parameter; did you mean 'series'?"),
        ("path=tin", "path", "path: must be the path of a page, such as /tin-tuc"),
        ("path=", "path", "path: must be the path of a page, such as /tin-tuc"),
        ("path=/&metric=visits", "metric", "metric: unknown value 'visits'"),
        ("path=/&items=peak", "items", "items: unknown value 'peak'"),
        ("items=" + "x" * 5000, "items", "items: unknown value '" + "x" * 40 + "'"),
    ],
)
def test_a_typo_is_refused_and_told(query: str, parameter: str, told: str) -> None:
    with pytest.raises(BadParameter) as refused:
        parse_query(QueryParams(query))
    assert (refused.value.parameter, str(refused.value)) == (parameter, told)


def test_what_a_site_does_not_show_is_refused_with_what_it_shows() -> None:
    counter = PublicCounter(
        items=frozenset({Item.TODAY, Item.PEAK}), metrics=frozenset({Metric.VISITS}), series=False
    )
    site = replace(SITE, counter=counter)
    assert authorise(site, Question((), Metric.VISITS)).items == (Item.TODAY,)
    both = Question((Item.PEAK, Item.TODAY), Metric.VISITS)
    assert authorise(site, both) == both
    assert _refused(site, Question((Item.TODAY, Item.TOTAL), Metric.VISITS)) == ("items", ("today", "peak"))
    assert _refused(site, Question((), Metric.PAGEVIEWS)) == ("metric", ("visits",))
    assert _refused(site, Question((), Metric.VISITS, Span.MONTH)) == ("series", ())
    assert _refused(SITE, Question((), Metric.PAGEVIEWS, page="/")) == ("path", ())


def _refused(site: Site, question: Question) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(NotPublic) as refused:
        authorise(site, question)
    return refused.value.parameter, refused.value.allowed
