"""Words that a page is given: none is hidden by a method of the mapping that holds it."""

import re

from analytics_service.web.dashboard.environment import FOLDER

METHODS = {name for name in dir(dict) if not name.startswith("_")}
MAPPINGS = ("t", "links", "words", "form")


def test_no_template_asks_a_mapping_for_one_of_its_methods():
    pattern = re.compile(rf"\b(?:{'|'.join(MAPPINGS)})\.({'|'.join(METHODS)})\b(?!\()")
    found = {
        file.name: pattern.findall(file.read_text("utf-8"))
        for file in sorted((FOLDER / "templates").rglob("*.html"))
    }
    assert {name: words for name, words in found.items() if words} == {}
    assert pattern.search("{{ links.clear }}")
