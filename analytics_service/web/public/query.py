"""What may be asked of a public counter: closed sets, and a typo is told rather than guessed at."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from starlette.datastructures import QueryParams

from analytics_service.domain import urls
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


def asked(query: QueryParams, more: Sequence[str] = ()) -> Question:
    """What the query asks, `page` as it was written. Raises BadParameter: a typo must not change a figure."""
    allowed = (*PARAMETERS, *more)
    for name in query:
        if name not in allowed:
            near = _near(name, allowed)
            raise BadParameter(name[:40], "unknown", f"is no parameter here{near}", allowed)
        if len(query.getlist(name)) > 1:
            raise BadParameter(name, "value", "is given twice")
    page = query.get("path")
    if page is not None and not (page.startswith("/") and len(page) <= urls.PATH_LIMIT + urls.QUERY_LIMIT):
        raise BadParameter("path", "value", "is no path of a page; one is /tin-tuc")
    items = PAGE_ITEMS if page is not None else tuple(Item)
    named = [name.strip() for name in query["items"].split(",", 20)] if "items" in query else []
    metrics = PAGE_METRICS if page is not None else METRICS
    return Question(
        items=tuple(dict.fromkeys(Item(one_of("items", name, items)) for name in named)),
        metric=Metric(one_of("metric", query.get("metric", metrics[0].value), metrics)),
        span=Span(one_of("series", query["series"], Span)) if "series" in query else None,
        page=page,
    )


def shown(site: Site, question: Question) -> Question:
    """The question as far as the site answers it, with the usual items if it names none. Raises NotPublic."""
    counter = site.counter
    if question.metric not in counter.metrics:
        shown_metrics = [metric.value for metric in METRICS if metric in counter.metrics]
        raise NotPublic("metric", question.metric.value, shown_metrics)
    for item in question.items:
        if item not in counter.items:
            raise NotPublic("items", item.value, [one.value for one in Item if one in counter.items])
    if question.span is not None and not counter.series:
        raise NotPublic("series", question.span.value, ())
    if question.page is not None and not counter.pages:
        raise NotPublic("path", question.page[:40], ())
    items = question.items or tuple(item for item in DEFAULT_ITEMS if item in counter.items)
    return replace(question, items=items, page=_normal(question.page, site))


def _normal(page: str | None, site: Site) -> str | None:
    address = urls.parse_url(f"http://{site.domain}{page}") if page is not None else None
    return page_of(address.path, address.query, site.rules) if address is not None else None


def one_of(parameter: str, name: str, allowed: Iterable[str]) -> str:
    """The name, where it is one of those allowed. Raises BadParameter with the nearest that is."""
    names = [str(one) for one in allowed]
    if name not in names:
        raise BadParameter(parameter, "enum", f"{name[:40]!r} is not known{_near(name, names)}", names)
    return name


def _near(name: str, allowed: Sequence[str]) -> str:
    near = get_close_matches(name[:40], allowed, 1)
    return f"; did you mean {near[0]!r}?" if near else ""
