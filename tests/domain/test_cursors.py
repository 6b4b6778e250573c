"""Cursors: what was answered comes back whole, for the same question only; any other text is refused."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics_service.domain import cursors
from analytics_service.domain.cursors import (
    CURSOR_LIMIT,
    Cursor,
    format_cursor,
    format_place,
    parse_cursor,
    parse_place,
)
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import parse_filters
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates, Instants, Named, Unit, parse_period
from analytics_service.domain.query import Query, Rate, Sort
from analytics_service.domain.ranges import resolve
from analytics_service.domain.site import WeekStart
from analytics_service.errors import BadParameter
from tests.domain.zones import WORLD, calendar_of, utc
from tests.faults.sizes import soak

HANOI = calendar_of("Asia/Ho_Chi_Minh")
NOW = utc("2026-11-22T06:53")
WEEK = resolve(Named.DAYS_7, HANOI, NOW)
QUERY = Query((7,), Named.DAYS_7, (Metric.VISITS, Metric.PAGEVIEWS), Dimension.SOURCE)
CURSOR = Cursor(240, "vnexpress.net", WEEK)
MAKER = QUERY.format_cursor(CURSOR)

properly = settings(derandomize=True, deadline=None, max_examples=soak(150, 1_000))


def problem_of(text: str, query: Query = QUERY) -> str:
    with pytest.raises(BadParameter) as refused:
        replace(query, cursor=text).position(HANOI, NOW)
    assert refused.value.parameter == "cursor"
    return str(refused.value)


@given(
    value=st.one_of(
        st.none(), st.integers(-(2**63) + 1, 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
    ),
    key=st.one_of(
        st.none(), st.integers(0, 2**63 - 1), st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
    ),
    zone=st.sampled_from(WORLD),
    first=st.dates(date(1971, 1, 1), date(2190, 1, 1)),
    more=st.integers(0, 400),
    unit=st.sampled_from([None, *Unit]),
)
@properly
@example(
    value=0, key="\U0001f600" * 3072, zone="Asia/Ho_Chi_Minh", first=date(2026, 11, 22), more=0, unit=None
)
def test_a_cursor_comes_back_as_it_was(
    value: int | float | None, key: int | str | None, zone: str, first: date, more: int, unit: Unit | None
) -> None:
    calendar = calendar_of(zone)
    period = resolve(Dates(first, first + timedelta(days=more), unit), calendar, NOW)
    text = format_cursor(Cursor(value, key, period), "question")
    assert len(text) <= CURSOR_LIMIT
    assert text.isascii()
    assert not set(text) & set("+/=&?#% ")
    assert parse_cursor(text, "question", calendar, NOW) == Cursor(value, key, period)


def test_a_cursor_keeps_hours_and_days_and_goes_on_with_them_after_midnight() -> None:
    after = NOW + timedelta(hours=20)
    goes_on = replace(QUERY, cursor=MAKER)
    assert goes_on.resolve(HANOI, after) == replace(WEEK, complete=True)
    assert replace(QUERY).resolve(HANOI, after) != WEEK
    hours = resolve(Instants(utc("2026-11-20T01:00"), utc("2026-11-21T05:00")), HANOI, NOW)
    text = format_cursor(Cursor(0.5, None, hours), "question")
    assert parse_cursor(text, "question", HANOI, NOW) == Cursor(0.5, None, hours)


@pytest.mark.parametrize(
    "change",
    [
        {"sites": (8,)},
        {"sites": (7, 8)},
        {"period": Named.DAYS_28},
        {"period": parse_period("2026-W47")},
        {"dimension": Dimension.CAMPAIGN},
        {"filters": parse_filters(["country:is:VN"])},
        {"metrics": (Metric.VISITS,)},
        {"sort": Sort(Metric.VISITS, descending=False)},
        {"sort": Sort(Rate.BOUNCE_RATE, descending=True)},
    ],
    ids=str,
)
def test_a_cursor_of_another_question_is_refused(change: dict) -> None:
    assert "belongs to another question" in problem_of(MAKER, replace(QUERY, **change))


def test_a_cursor_holds_for_another_page_size_and_the_same_filters_in_another_order() -> None:
    some = replace(QUERY, filters=parse_filters(["country:is:VN|LA", "page:starts:/a"]))
    same = replace(QUERY, filters=parse_filters(["page:starts:/a", "country:is:LA|VN"]), limit=5)
    text = some.format_cursor(CURSOR)
    assert replace(same, cursor=text).position(HANOI, NOW) == CURSOR


@given(st.integers(0, len(MAKER) - 1), st.sampled_from("ABCxyz019-_"))
@properly
def test_a_cursor_with_another_sign_anywhere_is_refused(place: int, sign: str) -> None:
    text = MAKER[:place] + sign + MAKER[place + 1 :]
    if text != MAKER:
        assert "is no cursor of this service" in problem_of(text)


@given(
    st.one_of(st.text(max_size=80), st.binary(max_size=80).map(lambda raw: urlsafe_b64encode(raw).decode()))
)
@properly
def test_a_text_that_we_did_not_make_is_refused(text: str) -> None:
    assert "is no cursor of this service" in problem_of(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "=",
            "null",
            "0",
            "-1",
            "eyJ2IjoxfQ",
            MAKER[:-1],
            MAKER + "A",
            MAKER + "=",
            MAKER + "==",
            " " + MAKER,
        ),
        *(
            MAKER + "\n",
            MAKER.swapcase(),
            MAKER[::-1],
            MAKER * 2,
            "é" + MAKER,
            "\ud800",
            "' or 1=1 --",
            "../" * 9,
        ),
    ],
)
def test_a_cursor_that_was_changed_is_refused(text: str) -> None:
    assert "is no cursor of this service" in problem_of(text)


def test_a_cursor_that_is_too_long_is_refused_before_it_is_read() -> None:
    assert "is longer than 20000 signs" in problem_of("A" * (CURSOR_LIMIT + 1))


def _forged(body: bytes) -> str:
    """A cursor with these bytes, in which the check sum is right."""
    return urlsafe_b64encode(body + cursors._digest(body, 8)).rstrip(b"=").decode()


def test_a_cursor_of_another_version_says_so() -> None:
    whole = urlsafe_b64decode(MAKER + "=" * (-len(MAKER) % 4))
    assert _forged(whole[:-8]) == MAKER
    assert "is of another version" in problem_of(_forged(b"\x02" + whole[1:-8]))


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"\xc1",
        b"\x96",
        # [value, key, grain, first, last, unit], each time with one of them wrong
        b"\x96\x01\xa1a\xa3day\x01\x02\xc0",
        b"\x96\x01\xa1a\xa3day\xce\x00\x0b\x4a\x58\xce\x00\x0b\x4a\x57\xc0",
        b"\x96\x01\xa1a\xa4week\xce\x00\x0b\x4a\x58\xce\x00\x0b\x4a\x58\xc0",
        b"\x96\x01\xa1a\xa6minute\xce\x65\x00\x00\x00\xce\x65\x00\x0e\x10\xc0",
        b"\x96\x01\xa1a\xa4hour\xcf\x7f\xff\xff\xff\xff\xff\xff\xfe\xcf\x7f\xff\xff\xff\xff\xff\xff\xff\xc0",
        b"\x96\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xa1a\xa3day\xce\x00\x0b\x4a\x58\xce\x00\x0b\x4a\x58\xc0",
        b"\x96\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00\xa1a\xa3day\xce\x00\x0b\x4a\x58\xce\x00\x0b\x4a\x58\xc0",
        b"\x96\x01\xa2\xff\xff\xa3day\xce\x00\x0b\x4a\x58\xce\x00\x0b\x4a\x58\xc0",
        b"\x96\x01\xda\x10\x00" + b"a" * 4096 + b"\xa3day\xce\x00\x0b\x4a\x58\xce\x00\x0b\x4a\x58\xc0",
        b"\x97\x01\xa1a\xa3day\xce\x00\x0b\x4a\x58\xce\x00\x0b\x4a\x58\xc0\xc0",
    ],
)
def test_even_a_forged_cursor_says_nothing_but_a_row_and_a_period(wire: bytes) -> None:
    whole = urlsafe_b64decode(MAKER + "=" * (-len(MAKER) % 4))
    assert "is no cursor of this service" in problem_of(_forged(whole[:9] + wire))
    # The same form with nothing wrong is read.
    good = b"\x96\x01\xa1a\xa3day\xce\x00\x0b\x4a\x58\xce\x00\x0b\x4a\x58\xc0"
    found = replace(QUERY, cursor=_forged(whole[:9] + good)).position(HANOI, NOW)
    assert (found.value, found.key) == (1, "a")


def test_sunday_and_monday_sites_have_weeks_of_their_own_in_a_cursor() -> None:
    sunday = calendar_of("Asia/Ho_Chi_Minh", WeekStart.SUNDAY)
    week = resolve(parse_period("2026-W47"), sunday, NOW)
    assert parse_cursor(format_cursor(Cursor(1, 2, week), "q"), "q", sunday, NOW) == Cursor(1, 2, week)


@given(
    st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(max_size=50)), max_size=5),
    st.text(max_size=9),
)
@properly
def test_a_place_in_a_list_comes_back_for_that_list_only(place: list[int | str], question: str) -> None:
    text = format_place(place, question)
    assert text.isascii()
    assert not set(text) & set("+/=&?#% ")
    assert parse_place(text, question) == tuple(place)
    with pytest.raises(BadParameter) as refused:
        parse_place(text, f"{question} of another")
    assert str(refused.value) == "cursor: belongs to another question: begin again with the first page"


NO_CURSOR = "is no cursor of this service: give it as it was answered, or begin with the first page"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NO_CURSOR),
        ("ế", NO_CURSOR),
        ("A" * (CURSOR_LIMIT + 1), f"is longer than {CURSOR_LIMIT} signs: give it as it was answered"),
        (
            "A" * CURSOR_LIMIT,
            NO_CURSOR,
        ),
    ],
)
def test_why_a_cursor_is_refused(text: str, problem: str) -> None:
    for refuse in (lambda: parse_place(text, "q"), lambda: parse_cursor(text, "q", HANOI, NOW)):
        with pytest.raises(BadParameter) as refused:
            refuse()
        assert (str(refused.value), refused.value.code) == (f"cursor: {problem}", "value")


def test_a_cursor_of_rows_is_no_place_in_a_list() -> None:
    with pytest.raises(BadParameter):
        parse_place(format_cursor(CURSOR, "q"), "q")
    with pytest.raises(BadParameter):
        parse_cursor(format_place([1, "a"], "q"), "q", HANOI, NOW)


def test_every_place_comes_back() -> None:
    for number in range(300):
        place = (number, "a" * (number % 3))
        assert parse_place(format_place(place, "q"), "q") == place
