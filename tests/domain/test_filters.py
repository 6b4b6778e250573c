"""Filters: what is written is what is meant, for any text, and anything else is refused in clear words."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.filters import (
    FILTER_LIMIT,
    MAX_FILTERS,
    MAX_VALUES,
    VALUE_LIMIT,
    Filter,
    Operator,
    Property,
    canonical_filters,
    format_filter,
    parse_filter,
    parse_filters,
)
from analytics_service.errors import BadParameter
from tests.faults.sizes import soak

properly = settings(derandomize=True, deadline=None, max_examples=soak(100, 1_000))
HOSTILE = (
    *(
        "\\",
        "|",
        ":",
        "\\|",
        "\\\\:",
        "'; drop table visit;--",
        "%",
        "_",
        "/%",
        "\x00",
        "\n",
        "\u202e",
        "\u200b",
    ),
    *(
        "e\u0301",
        "\u0338",
        "=\u0338",
        "\ufb01",
        "\U0001f600",
        "ngo\u0323\u0302i",
        "NULL",
        "null",
        "*",
        "(SELECT 1)",
    ),
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(HOSTILE), max_size=6).map("".join),
    st.text(alphabet="\\|:a\u0301 e", max_size=20),
).map(lambda text: unicodedata.normalize("NFC", text))
WORDS = TEXTS.filter(bool)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    subject = draw(st.one_of(st.sampled_from(BROKEN_DOWN), WORDS.map(lambda name: Property(name[:21]))))
    if isinstance(subject, Property):
        subject = Property(unicodedata.normalize("NFC", subject.name))
    operator = draw(st.sampled_from(Operator))
    is_always_known = isinstance(subject, Property) or subject in (Dimension.PAGE, Dimension.EVENT)
    may_be_unknown = operator in (Operator.IS, Operator.NOT) and not is_always_known
    value = st.one_of(st.none(), WORDS) if may_be_unknown else WORDS
    return Filter(subject, operator, tuple(draw(st.lists(value, min_size=1, max_size=5, unique=True))))


@given(filters())
@properly
@example(Filter(Dimension.PAGE, Operator.IS, ("/a|b", "/c:d", "\\")))
@example(Filter(Property(":is:|\\"), Operator.NOT, ("a:is:b",)))
@example(Filter(Dimension.COUNTRY, Operator.IS, ("VN", None)))
def test_what_is_formatted_is_parsed_as_the_same_filter(one: Filter) -> None:
    assert parse_filter(format_filter(one)) == one


@given(
    st.one_of(
        st.text(max_size=200), st.lists(st.sampled_from([*HOSTILE, "page", "is"]), max_size=9).map(":".join)
    )
)
@properly
def test_any_text_is_a_filter_or_refused_and_never_anything_else(text: str) -> None:
    refused, one = None, None
    try:
        one = parse_filter(text)
    except BadParameter as error:
        refused = error
    if one is not None:
        assert parse_filter(format_filter(one)) == one
        return
    assert refused is not None
    assert refused.parameter == "filter"
    assert str(refused).isprintable()
    assert len(str(refused)) < 300


@given(
    st.sampled_from(BROKEN_DOWN),
    st.sampled_from(Operator),
    st.lists(WORDS, min_size=1, max_size=4),
    st.text(),
)
@properly
def test_a_filter_matches_as_its_operator_says(
    dimension: Dimension, operator: Operator, values: list[str], value: str
) -> None:
    one = Filter(dimension, operator, tuple(values))
    expected = {
        Operator.IS: value in values,
        Operator.NOT: value not in values,
        Operator.CONTAINS: any(value.find(part) >= 0 for part in values),
        Operator.STARTS: any(value[: len(part)] == part for part in values),
    }
    assert one.matches(value) == expected[operator]
    assert one.matches(None) == (operator is Operator.NOT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("page:is:/a|/b", Filter(Dimension.PAGE, Operator.IS, ("/a", "/b"))),
        ("page:is:/wiki/Special:Search", Filter(Dimension.PAGE, Operator.IS, ("/wiki/Special:Search",))),
        (r"campaign:is:a\|b\:c\\d", Filter(Dimension.CAMPAIGN, Operator.IS, (r"a|b:c\d",))),
        ("country:is:", Filter(Dimension.COUNTRY, Operator.IS, (None,))),
        ("country:is:VN|", Filter(Dimension.COUNTRY, Operator.IS, ("VN", None))),
        ("source:not:", Filter(Dimension.SOURCE, Operator.NOT, (None,))),
        ("city:starts:Hà", Filter(Dimension.CITY, Operator.STARTS, ("Hà",))),
        ("city:contains:Ha\u0300", Filter(Dimension.CITY, Operator.CONTAINS, ("Hà",))),
        ("browser:is:Firefox|Firefox", Filter(Dimension.BROWSER, Operator.IS, ("Firefox",))),
        ("browser:is: Firefox ", Filter(Dimension.BROWSER, Operator.IS, (" Firefox ",))),
        ("property:plan:is:pro", Filter(Property("plan"), Operator.IS, ("pro",))),
        (r"property:a\:b:not:1|2", Filter(Property("a:b"), Operator.NOT, ("1", "2"))),
    ],
)
def test_a_filter_is_read_as_it_is_written(text: str, expected: Filter) -> None:
    assert parse_filter(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("contry:is:VN", "unknown value 'contry'; did you mean 'country'?"),
        ("Page:is:/", "unknown value 'Page'; did you mean 'page'?"),
        ("site:is:1", "unknown value 'site'; did you mean 'system'?"),
        ("page:start:/a", "unknown value 'start'; did you mean 'starts'?"),
        ("page:IS:/a", "unknown value 'IS'; did you mean 'is'?"),
        ("page", "'page' has no ':' after it; a filter is written DIMENSION:OPERATOR:VALUE"),
        ("page:is", "'is' has no ':' after it; a filter is written DIMENSION:OPERATOR:VALUE"),
        ("", "'' has no ':' after it; a filter is written DIMENSION:OPERATOR:VALUE"),
        ("page:is:", "'page' needs a value: it is always known"),
        ("event:not:a|", "'event' needs a value: it is always known"),
        ("property:plan:is:", "'property' needs a value: it is always known"),
        ("property::is:a", "'property' needs a name of at most 64 signs: property:NAME:is:VALUE"),
        ("country:starts:", "'starts' needs a value: an empty one fits everything"),
        ("country:contains:V|", "'contains' needs a value: an empty one fits everything"),
        ("page:is:a\\b", r"'\\b' stands for nothing: write \\ for a backslash, \| and \: for | and :"),
        ("page:is:a\\", r"'\\' stands for nothing: write \\ for a backslash, \| and \: for | and :"),
        ("page:is:\ud800", "holds what is no Unicode text"),
        ("page:is:" + "a" * (VALUE_LIMIT + 1), "has a value of more than 3072 signs"),
        ("page:is:" + "a" * FILTER_LIMIT, "is 16392 signs long; at most 16384 are allowed"),
        ("page:is:" + "|".join("a" * (MAX_VALUES + 1)), "has 101 values; at most 100 are allowed"),
    ],
)
def test_anything_else_is_refused_in_clear_words(text: str, problem: str) -> None:
    with pytest.raises(BadParameter) as refused:
        parse_filter(text)
    assert str(refused.value) == f"filter: {problem}"


def test_an_unknown_word_is_answered_with_all_that_are_known() -> None:
    with pytest.raises(BadParameter) as refused:
        parse_filter("contry:is:VN")
    assert (refused.value.code, refused.value.allowed[:2]) == ("enum", ("page", "entry_page"))
    assert {"country", "event", "property"} <= set(refused.value.allowed)
    with pytest.raises(BadParameter) as refused:
        parse_filter("country:equals:VN")
    assert (refused.value.code, refused.value.allowed) == ("enum", ("is", "not", "contains", "starts"))


def test_a_filter_that_is_given_twice_stands_once_and_too_many_are_refused() -> None:
    assert len(parse_filters(["page:is:/a", "page:is:/a", "page:is:/b"])) == 2
    parse_filters(["page:is:/a"] * MAX_FILTERS)
    with pytest.raises(BadParameter, match="is given 21 times; at most 20 are allowed"):
        parse_filters(["page:is:/a"] * (MAX_FILTERS + 1))


@given(st.lists(filters(), max_size=4), st.randoms(use_true_random=False))
@properly
def test_filters_that_ask_the_same_have_one_canonical_form(some: list[Filter], chance) -> None:
    shuffled = [
        Filter(one.subject, one.operator, tuple(chance.sample(one.values, len(one.values)))) for one in some
    ]
    chance.shuffle(shuffled)
    assert canonical_filters(shuffled) == canonical_filters(some)
