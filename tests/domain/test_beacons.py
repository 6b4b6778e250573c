"""What a tracker says: read whole, with defaults for what it leaves out, and refused in words."""

from typing import Any

import msgspec
import pytest

from analytics_service.domain.beacons import BEACON_LIMIT, Beacon, Kind, parse, pixel, with_ids
from analytics_service.domain.urls import Address, parse_url
from analytics_service.errors import BadBeacon

LEAST: dict[str, Any] = {"k": "v", "s": "dn7k2q", "u": "https://x.example.vn/a"}
PAGE = parse_url("https://x.example.vn/a")
ID, OTHER_ID = "0123456789abcdef", "fedcba9876543210"


def read(**told: Any) -> Beacon:
    return parse(msgspec.json.encode({**LEAST, **told}))


def test_what_is_left_out_is_empty() -> None:
    assert PAGE is not None
    assert read() == Beacon(kind=Kind.VIEW, site="dn7k2q", page=PAGE)
    assert read(t="", r="", w=0, d=0, b=0, n=None, p={}) == read()


def test_everything_that_a_view_says_is_read() -> None:
    assert PAGE is not None
    told = read(i=ID, r="https://www.google.com/search", t="  Trang chủ ", w=1366.7, b=1)
    assert told == Beacon(
        kind=Kind.VIEW,
        site="dn7k2q",
        page=PAGE,
        id=ID,
        referrer="www.google.com",
        title="Trang chủ",
        screen=1366,
        webdriver=True,
    )


def test_everything_that_an_event_says_is_read() -> None:
    told = read(
        k="c",
        i=ID,
        x=OTHER_ID,
        n="buy",
        p={"price": 7.5, "gift": True, "again": False, "note": None, "a": "x" * 501},
    )
    assert (told.id, told.event_id, told.name) == (ID, OTHER_ID, "buy")
    assert told.properties == (("a", "x" * 500), ("again", "false"), ("gift", "true"), ("price", "7.5"))


def test_everything_that_engagement_says_is_read() -> None:
    told = read(k="e", i=ID, d=1234.5)
    assert (told.kind, told.id, told.engaged_ms) == (Kind.ENGAGEMENT, ID, 1234)
    assert [read(k="e", i=ID, d=number).engaged_ms for number in (1, 0.9, -1)] == [1, 0, 0]
    # Nothing is something that can be told.
    assert read(k="e", i=ID, d=0).engaged_ms == 0


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"u": "mailto:an@example.vn"}, "u: is not the http address of a page"),
        ({"k": "c"}, "n: an event needs a name"),
        ({"k": "e", "i": ID}, "d: engagement needs its view's id and its milliseconds"),
        ({"k": "e", "d": 7}, "d: engagement needs its view's id and its milliseconds"),
        ({"s": 7}, "s: Expected `str`, got `int`"),
        ({"p": {"a": {}}}, "p[...]: Expected `"),
    ],
)
def test_what_is_malformed_is_refused_with_its_field_and_the_reason(
    told: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadBeacon) as refused:
        read(**told)
    assert str(refused.value).startswith(problem)
    assert str(refused.value) == f"{refused.value.field}: {refused.value.problem}"


def test_what_is_no_json_is_refused_as_a_body() -> None:
    with pytest.raises(BadBeacon) as refused:
        parse(b"{")
    assert str(refused.value) == "body: is not one JSON object in UTF-8"
    with pytest.raises(BadBeacon) as refused:
        parse(b"[]")
    assert str(refused.value) == "body: Expected `object`, got `array`"


def test_a_title_that_was_cut_inside_an_emoji_is_read() -> None:
    told = b'{"k":"v","s":"dn7k2q","u":"https://x.example.vn/a","t":"Ch\\u00e0o \\uD83D"}'
    assert parse(told).title == "Chào ?"


def test_an_image_says_a_view_of_the_page_that_it_names() -> None:
    assert PAGE is not None
    assert pixel("dn7k2q", "https://x.example.vn/a", "") == Beacon(kind=Kind.VIEW, site="dn7k2q", page=PAGE)
    without = pixel("d" * 64, "", "https://x.example.vn/a")
    assert without.page == Address("x.example.vn", "/", ())
    long = f"https://x.example.vn/{'a' * BEACON_LIMIT}"
    assert pixel("d", long, "") == pixel("d", long[:BEACON_LIMIT], "")


@pytest.mark.parametrize(
    ("site", "url", "problem"),
    [
        ("", "", "s: names no site"),
        ("d" * 65, "", "s: names no site"),
        ("d", "ftp://x.example.vn/", "u: is not the http address of a page"),
    ],
)
def test_an_image_without_site_or_page_is_refused(site: str, url: str, problem: str) -> None:
    with pytest.raises(BadBeacon) as refused:
        pixel(site, url, "")
    assert str(refused.value) == problem


def test_ids_are_made_where_the_tracker_told_none() -> None:
    def make_id() -> str:
        return "made"

    assert with_ids(read(), make_id).id == "made"
    assert with_ids(read(i=ID), make_id) == read(i=ID)
    event = with_ids(read(k="c", n="buy", i=ID), make_id)
    assert (event.id, event.event_id) == (ID, "made")
    event = with_ids(read(k="c", n="buy", x=ID), make_id)
    assert (event.id, event.event_id) == ("made", ID)
    assert with_ids(read(k="p"), make_id).id is None
