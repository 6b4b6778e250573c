"""The code that a webmaster copies."""

from starlette.datastructures import QueryParams

from analytics_service.domain.counter import Item
from analytics_service.web.builder.embed_code import parse_form


def test_the_labels_of_all_items_may_be_named_at_once() -> None:
    form = QueryParams([(f"label-{item}", "x" * 40) for item in Item])
    assert len(parse_form(form)["labels"]) <= 600
