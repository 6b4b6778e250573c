"""The parameters of the public counter: closed sets, and a typo is an error that names the nearest value."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.datastructures import QueryParams

from analytics_service.domain import urls
from analytics_service.domain.choices import choose, suggest
from analytics_service.domain.counter import Item, Span
from analytics_service.domain.counts import Question
from analytics_service.domain.metrics import Metric
from analytics_service.domain.pages import page_of
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter, NotPublic

DEFAULT_ITEMS = (Item.ONLINE, Item.TODAY, Item.WEEK, Item.TOTAL)
PARAMETERS = ("items", "metric", "path", "series")
METRICS = (Metric.VISITS, Metric.PAGEVIEWS, Metric.VISITORS)
PAGE_METRICS = (Metric.PAGEVIEWS,)
PAGE_ITEMS = tuple(item for item in Item if item is not Item.PEAK)


def parse_query(query: QueryParams, more: Sequence[str] = ()) -> Question:
    """Returns the question of a query, `page` as it was written; `more` names other parameters allowed.

    Raises BadParameter for whatever is not allowed: a typo must not change a figure.
    """
    allowed = (*PARAMETERS, *more)
    for name in query:
        if name not in allowed:
            raise BadParameter(name[:40], "unknown", f"unknown parameter{suggest(name, allowed)}", allowed)
        if len(query.getlist(name)) > 1:
            raise BadParameter(name, "value", "must be given only once")
    page = parse_page(query["path"]) if "path" in query else None
    items = PAGE_ITEMS if page is not None else tuple(Item)
    named = [name.strip() for name in query["items"].split(",", 20)] if "items" in query else []
    metrics = PAGE_METRICS if page is not None else METRICS
    return Question(
        items=tuple(dict.fromkeys(Item(choose("items", name, items)) for name in named)),
        metric=Metric(choose("metric", query.get("metric", metrics[0].value), metrics)),
        span=Span(choose("series", query["series"], Span)) if "series" in query else None,
        page=page,
    )


def authorise(site: Site, question: Question) -> Question:
    """Returns the question, with the site's default items if it names none. Raises NotPublic."""
    counter = site.counter
    if question.metric not in counter.metrics:
        public_metrics = [metric.value for metric in METRICS if metric in counter.metrics]
        raise NotPublic("metric", question.metric.value, public_metrics)
    for item in question.items:
        if item not in counter.items:
            raise NotPublic("items", item.value, [one.value for one in Item if one in counter.items])
    if question.span is not None and not counter.series:
        raise NotPublic("series", question.span.value, ())
    if question.page is not None and not counter.pages:
        raise NotPublic("path", question.page[:40], ())
    items = question.items or tuple(item for item in DEFAULT_ITEMS if item in counter.items)
    return replace(question, items=items, page=normal_page(question.page, site))


def parse_page(text: str) -> str:
    """Returns the path of a page as it was written. Raises BadParameter for what is none."""
    if not (text.startswith("/") and len(text) <= urls.PATH_LIMIT + urls.QUERY_LIMIT):
        raise BadParameter("path", "value", "must be the path of a page, such as /tin-tuc")
    return text


def normal_page(page: str | None, site: Site) -> str | None:
    """Returns a page in the form in which the site counts it; None where none is asked for."""
    address = urls.parse_url(f"http://{site.domain}{page}") if page is not None else None
    return page_of(address.path, address.query, site.rules) if address is not None else None
