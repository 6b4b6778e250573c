"""From a body to a verdict: parsing, judging, naming."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from analytics_service.domain.admission import judge
from analytics_service.domain.beacons import TITLE_LIMIT, Kind, parse, pixel
from analytics_service.domain.client import Client
from analytics_service.domain.drops import Drop
from analytics_service.domain.hosts import host_names_of
from analytics_service.domain.site import Site, WeekStart, ZoneSince
from analytics_service.domain.visitors import VisitorIds
from analytics_service.errors import BadBeacon
from tests.domain.test_visitors_properties import ids_of

GOOD: dict[str, Any] = {"k": "v", "s": "dn7k2q", "i": "0123456789abcdef", "u": "https://x.example.vn/a"}
CLIENT = Client(address="203.0.113.7", agent="Mozilla/5.0 Firefox/140")
SITE = Site(
    number=1,
    public_id="dn7k2q",
    uuid="u",
    domain="x.example.vn",
    name="x",
    zones=(ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),),
    week_start=WeekStart.MONDAY,
    locale="vi",
    host_names=host_names_of("x.example.vn", ("*.tinh.example.vn",)),
    public=True,
    paused=False,
    demo=False,
    created_at=datetime(2026, 11, 20, tzinfo=UTC),
)


def body(**changed: Any) -> bytes:
    return msgspec.json.encode({**GOOD, **changed})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"k": "x"}, "k"),
        ({"s": ""}, "s"),
        ({"s": "a" * 65}, "s"),
        ({"i": None}, "i"),
        ({"i": "short"}, "i"),
        ({"i": "0123456789ABCDEF"}, "i"),
        ({"i": "0123456789abcdef\n"}, "i"),
        ({"u": 7}, "u"),
        ({"u": "javascript:alert(1)"}, "u"),
        ({"t": ["a"]}, "t"),
        ({"k": "c"}, "n"),
        ({"k": "e"}, "d"),
        ({"p": {"a": {"b": 1}}}, "p[...]"),
        ({"p": {str(n): n for n in range(31)}}, "p"),
    ],
)
def test_what_is_malformed_is_told_by_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(BadBeacon) as refused:
        parse(body(**changed))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"7", b"{", b"\xff\xfe{}", b'{"u":"\xc0\xaf"}', b'{"a":' * 5000]
)
def test_what_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(BadBeacon):
        parse(text)


@pytest.mark.parametrize("kind", ["v", "e", "p"])
def test_what_an_event_is_told_with_is_read_of_an_event_only(kind: str) -> None:
    told = {"n": "buy", "p": {"price": 7}, "x": "fedcba9876543210", "d": 7}
    event = parse(body(k="c", **told))
    assert (event.name, event.properties, event.event_id) == ("buy", (("price", "7"),), told["x"])
    other = parse(body(k=kind, **told))
    assert (other.name, other.properties, other.event_id) == ("", (), None)
    assert (event.engaged_ms, other.engaged_ms) == (0, 7 if kind == "e" else 0)


def test_every_field_is_bounded() -> None:
    beacon = parse(body(k="e", t="ế" * 900, w=1e30, d=1e30))
    assert (len(beacon.title), beacon.screen, beacon.engaged_ms) == (
        TITLE_LIMIT,
        100_000,
        24 * 60 * 60 * 1000,
    )
    below = parse(body(w=-5, d=-5))
    assert (below.screen, below.engaged_ms) == (0, 0)


def test_control_characters_and_lone_surrogates_are_replaced() -> None:
    text = b'{"k":"v","s":"a","u":"https://x.vn/","t":"a\\u0000b\\ud800c"}'
    assert parse(text).title == "a\ufffdb?c"


def test_an_image_without_an_address_is_the_front_page_of_its_origin() -> None:
    beacon = pixel("dn7k2q", "", "https://x.example.vn/deep/path")
    assert (beacon.kind, beacon.page.host, beacon.page.path, beacon.id) == (
        Kind.VIEW,
        "x.example.vn",
        "/",
        None,
    )


@pytest.mark.parametrize(
    ("url", "origin", "drop"),
    [
        ("https://x.example.vn/", None, None),
        ("https://www.x.example.vn/", "https://www.x.example.vn", None),
        ("https://a.b.tinh.example.vn/", None, None),
        ("https://tinh.example.vn/", None, Drop.HOSTNAME),
        ("https://evilx.example.vn/", None, Drop.HOSTNAME),
        ("https://x.example.vn.evil.example/", None, Drop.HOSTNAME),
        ("https://x.example.vn@evil.example/", None, Drop.HOSTNAME),
        ("https://x.example.vn/", "https://evil.example", Drop.HOSTNAME),
        ("https://x.example.vn/", "null", Drop.HOSTNAME),
    ],
)
def test_host_and_origin_must_be_the_sites(url: str, origin: str | None, drop: Drop | None) -> None:
    client = Client(CLIENT.address, CLIENT.agent, origin)
    assert judge(parse(body(u=url)), "/a", client, SITE) is drop


def test_a_prefetch_is_no_view_and_an_automated_browser_is_a_robot() -> None:
    prefetching = Client(CLIENT.address, CLIENT.agent, prefetch=True)
    assert judge(parse(body()), "/a", prefetching, SITE) is Drop.PREFETCH


def test_a_visitor_has_a_new_name_each_day_and_yesterdays_while_its_salt_exists() -> None:
    first, second, third = (date(2026, 11, day) for day in (20, 21, 22))
    salts = {first: b"a" * 32, second: b"b" * 32}
    who = (1, CLIENT.address, CLIENT.agent)
    today = ids_of(salts, first, *who)
    tomorrow = ids_of(salts, second, *who)
    assert today is not None
    assert tomorrow is not None
    assert today.previous_id is None
    assert tomorrow == VisitorIds(tomorrow.visitor_id, today.visitor_id)
    assert tomorrow.visitor_id != today.visitor_id
    assert ids_of(salts, third, *who) is None
    assert ids_of(salts, first, 2, CLIENT.address, CLIENT.agent) != today
