"""The code that a webmaster copies."""

import pytest
from starlette.datastructures import QueryParams

from analytics_service.domain.counter import Item
from analytics_service.web.builder.embed_code import parse_form


def test_the_labels_of_all_items_may_be_named_at_once() -> None:
    form = QueryParams([(f"label-{item}", "x" * 40) for item in Item])
    assert len(parse_form(form)["labels"]) <= 600


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("item=online&item=today&first=today", "today,online"),
        ("item=online&first=total", "total,online"),
        ("variant=card&first=today", "today,total,online,week"),
        ("first=nonsense&item=online", "online"),
    ],
)
def test_any_figure_may_be_the_first(query: str, items: str) -> None:
    assert parse_form(QueryParams(query))["items"] == items
