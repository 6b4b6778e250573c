"""What may be asked of the counter."""

from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest
from starlette.datastructures import QueryParams

from analytics_service.domain.counter import Item, PublicCounter, Span
from analytics_service.domain.counts import Counts, Question
from analytics_service.domain.metrics import Metric
from analytics_service.domain.periods import local_time
from analytics_service.domain.site import Site, SiteRules, ZoneSince
from analytics_service.errors import BadParameter, NotPublic
from analytics_service.web.public.counter import encoded
from analytics_service.web.public.query import DEFAULT_ITEMS, asked, shown
from tests.domain.test_admission import SITE


def test_nothing_asked_is_the_four_items_of_a_portal() -> None:
    assert asked(QueryParams("")) == Question((), Metric.VISITS)
    assert shown(SITE, asked(QueryParams(""))) == Question(DEFAULT_ITEMS, Metric.VISITS)


def test_items_keep_their_order_and_stand_once() -> None:
    query = QueryParams("items=total,online,total&metric=pageviews")
    assert asked(query) == Question((Item.TOTAL, Item.ONLINE), Metric.PAGEVIEWS)


def test_a_page_is_asked_for_in_whatever_form_and_has_page_views_only() -> None:
    rules = SiteRules(index_files=True)
    site = replace(SITE, rules=rules, counter=PublicCounter(pages=True))
    for written in ("/tin-tức/", "/tin-t%E1%BB%A9c", "/a/../tin-tức/index.php?utm_source=x"):
        query = QueryParams([("path", written), ("series", "7d"), ("items", "today")])
        expected = Question((Item.TODAY,), Metric.PAGEVIEWS, Span.WEEK, "/tin-tức")
        assert shown(site, asked(query)) == expected


@pytest.mark.parametrize(
    ("query", "parameter", "told"),
    [
        ("item=online", "item", "item: is no parameter here; did you mean 'items'?"),
        ("callback=alert", "callback", "callback: is no parameter here"),
        ("items=lastweek", "items", "items: 'lastweek' is not known; did you mean 'last_week'?"),
        ("items=", "items", "items: '' is not known"),
        ("items=top", "items", "items: 'top' is not known"),
        ("metric=bounces", "metric", "metric: 'bounces' is not known"),
        ("metric=visits&metric=visitors", "metric", "metric: is given twice"),
        ("series=30", "series", "series: '30' is not known; did you mean '30d'?"),
        ("serie=30d", "serie", "serie: is no parameter here; did you mean 'series'?"),
        ("path=tin", "path", "path: is no path of a page; one is /tin-tuc"),
        ("path=", "path", "path: is no path of a page; one is /tin-tuc"),
        ("path=/&metric=visits", "metric", "metric: 'visits' is not known"),
        ("path=/&items=peak", "items", "items: 'peak' is not known"),
        ("items=" + "x" * 5000, "items", "items: '" + "x" * 40 + "' is not known"),
    ],
)
def test_a_typo_is_refused_and_told(query: str, parameter: str, told: str) -> None:
    with pytest.raises(BadParameter) as refused:
        asked(QueryParams(query))
    assert (refused.value.parameter, str(refused.value)) == (parameter, told)


def test_what_a_site_does_not_show_is_refused_with_what_it_shows() -> None:
    counter = PublicCounter(
        items=frozenset({Item.TODAY, Item.PEAK}), metrics=frozenset({Metric.VISITS}), series=False
    )
    site = replace(SITE, counter=counter)
    assert shown(site, Question((), Metric.VISITS)).items == (Item.TODAY,)
    both = Question((Item.PEAK, Item.TODAY), Metric.VISITS)
    assert shown(site, both) == both
    assert _refused(site, Question((Item.TODAY, Item.TOTAL), Metric.VISITS)) == ("items", ("today", "peak"))
    assert _refused(site, Question((), Metric.PAGEVIEWS)) == ("metric", ("visits",))
    assert _refused(site, Question((), Metric.VISITS, Span.MONTH)) == ("series", ())
    assert _refused(SITE, Question((), Metric.PAGEVIEWS, page="/")) == ("path", ())


def _refused(site: Site, question: Question) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(NotPublic) as refused:
        shown(site, question)
    return refused.value.parameter, refused.value.allowed


@pytest.mark.parametrize(
    ("day", "zone", "offset"), [(26, "Asia/Ho_Chi_Minh", "+07:00"), (27, "Pacific/Auckland", "+13:00")]
)
def test_the_time_zone_is_the_one_in_force_when_the_figures_were_made(
    day: int, zone: str, offset: str
) -> None:
    home = ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh")
    site = replace(SITE, zones=(home, ZoneSince(date(2026, 11, 27), "Pacific/Auckland")))
    at = local_time(datetime(2026, 11, day, 4, 30, tzinfo=UTC), site.zones)
    answer = msgspec.json.decode(encoded(Counts(site, Metric.VISITS, at, {})))
    assert (answer["timezone"], answer["generated_at"][-6:]) == (zone, offset)
