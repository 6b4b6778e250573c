"""What stands in the widget's JavaScript and in Python too is the same in both."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from analytics_service.domain.counter import Item
from analytics_service.web.outlets.colours import DARK, LABEL_BACKGROUND, LABEL_LIVE, LABEL_TEXT, LIGHT
from analytics_service.web.outlets.options import COLOURS, ITEMS_OF
from analytics_service.web.public.counter_query import DEFAULT_ITEMS
from analytics_service.web.translations import WIDGET_LANGUAGES, load_words, page_languages

WIDGET = Path(__file__).parents[1] / "widget"


def _source(name: str) -> str:
    return (WIDGET / "visitor-stats" / f"{name}.js").read_text("utf-8")


def _literal(source: str, name: str) -> dict[str, Any]:
    """The object of that name, whose keys are bare and whose texts are in single quotes."""
    found = re.search(rf"^const {name} = (\{{.*?^\}})$", source, re.M | re.S)
    assert found is not None
    quoted = re.sub(r"(?<=[{,\s])(\w+):", r'"\1":', found.group(1).replace("'", '"'))
    literal: dict[str, Any] = json.loads(re.sub(r",(\s*\})", r"\1", quoted))
    return literal


def _colours(values: str) -> dict[str, str]:
    return dict(zip(COLOURS, (_long(value) for value in values.split()), strict=True))


def _long(colour: str) -> str:
    return "#" + ("".join(digit * 2 for digit in colour) if len(colour) == 3 else colour)


def test_the_texts_of_the_widget_are_those_of_the_outlets() -> None:
    texts = _literal(_source("texts"), "TEXTS")
    assert tuple(sorted(texts)) == page_languages()
    for language, of_language in texts.items():
        assert of_language == load_words(language).widget
        assert [key for key in of_language if key in set(Item)] == list(Item)


def test_each_variant_shows_the_same_items_by_default() -> None:
    items = _literal(_source("texts"), "DEFAULT_ITEMS")
    assert items == {variant.value: ",".join(ITEMS_OF[variant]) for variant in ITEMS_OF}
    assert items["list"] == ",".join(DEFAULT_ITEMS)


def test_both_themes_have_the_same_colours() -> None:
    sheet = _source("sheet")
    assert re.findall(r"'(accent [a-z -]+)'", sheet) == [" ".join(COLOURS)]
    dark, light = (_colours(values) for values in re.findall(r"colours\('([0-9a-f ]+)'\)", sheet))
    assert (light, dark) == (LIGHT, DARK)


def test_labels_of_badges_have_the_same_colours() -> None:
    label = re.search(r"\.badge dt\{flex-grow:1;background:(#\w+);color:#(\w+)\}", _source("sheet"))
    live = re.search(r"\.badge \.dot\{background:(#\w+)\}", _source("sheet"))
    assert label is not None
    assert live is not None
    assert (label[1], _long(label[2]), live[1]) == (LABEL_BACKGROUND, LABEL_TEXT, LABEL_LIVE)


@pytest.mark.parametrize("language", WIDGET_LANGUAGES)
def test_the_widget_knows_the_languages_of_the_outlets(language: str) -> None:
    found = re.search(r"OTHERS = /\^\(([a-z|]+)\)\$/", _source("extras"))
    assert found is not None
    files = {path.stem for path in (WIDGET / "locales").glob("*.json")}
    # A picture in Arabic would be drawn from the right: only the widget itself has it.
    assert files == {*WIDGET_LANGUAGES, "ar"}
    assert {*found[1].split("|")} == {file.partition("-")[0] for file in files}
    assert language in files
