"""Parameters of an outlet, as the running service takes them."""

from xml.etree.ElementTree import fromstring

import pytest

from tests.web.outlets.outlet_requests import OUTLETS, TYPES, got, words_of

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lang=vi", "1.461.664"),
        ("lang=en", "1,461,664"),
        ("lang=vi-VN", "1.461.664"),
        ("lang=vi&grouping=comma+min2", "1,461,664"),
        ("grouping=space", "1\u202f461\u202f664"),
        ("grouping=none", "1461664"),
    ],
)
def test_numbers_are_grouped_as_the_language_or_the_owner_wants(service, site, query, expected) -> None:
    assert got(service, "w/{}.txt", site, f"items=total&{query}").text.rpartition(": ")[2] == expected + "\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("fr-CA", "Total: 1\u202f461\u202f664"),
        ("ES", "Total: 1.461.664"),
        ("zh-TW", "總計: 1,461,664"),
        ("zh_CN", "总计: 1,461,664"),
        ("zh", "总计: 1,461,664"),
    ],
)
def test_an_outlet_speaks_the_widgets_other_languages(service, site, written, shown) -> None:
    assert got(service, "w/{}.txt", site, f"items=total&lang={written}").text == shown + "\n"


@pytest.mark.parametrize("outlet", OUTLETS)
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("variant=lst", "variant: unknown value 'lst'; did you mean 'list'?"),
        ("items=tody", "items: unknown value 'tody'; did you mean 'today'?"),
        ("varant=list", "varant: unknown parameter; did you mean 'variant'?"),
        ("lang=xx", "lang: unknown value 'xx'"),
        ("accent=red", "accent: invalid colour 'red'; expected e.g. 0b6b88"),
        ("width=9999", "width: must be a number from 160 to 600, not '9999'"),
        ("width=88", "width: 88 is for badges only; other variants take 160 to 600"),
        ("digits=-1", "digits: must be a number from 1 to 12, not '-1'"),
        ("heading=" + "x" * 61, "heading: must have at most 60 characters"),
        ("labels=today", "labels: must be written like online="),
        ("labels=tody=x", "labels: unknown value 'tody'; did you mean 'today'?"),
        ("grouping=dots", "grouping: unknown value 'dots'; did you mean 'dot'?"),
        ("theme=drak", "theme: unknown value 'drak'; did you mean 'dark'?"),
    ],
)
def test_a_typo_is_told_with_the_right_status_and_no_picture_is_broken(
    service, site, outlet, query, told
) -> None:
    answer = got(service, outlet, site, query)
    assert answer.status_code == 400
    if outlet in ("w/{}.json", "w/{}.txt"):
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json()["detail"].startswith(told)
    else:
        assert answer.headers["content-type"] == TYPES[outlet]
        assert answer.headers["x-problem"].startswith(told)
    if outlet == "w/{}.svg":
        root = fromstring(answer.text)
        assert "Chưa có số liệu" in words_of(answer.text)
        assert told in root.findtext("{http://www.w3.org/2000/svg}desc", "")
    if outlet == "badge/{}.json":
        assert answer.json()["isError"] is True
