"""Facts: what a beacon becomes, and what is read back, of this format and the one before."""

from itertools import count

import msgspec
import pytest

from analytics_service.domain.beacons import Beacon, Kind, parse, with_ids
from analytics_service.domain.client import Agent
from analytics_service.domain.dimensions import Location
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import (
    DropSample,
    DropSummary,
    Engagement,
    Event,
    Fact,
    Online,
    Recognised,
    View,
    decode,
    decode_group,
    encode,
    encode_group,
    fact_of,
)
from analytics_service.domain.visitors import VisitorIds
from tests.domain.test_admission import SITE

AGENT = Agent("Chrome", "142", "Windows", "10", "desktop", family="Chrome", is_robot=False)
RECOGNISED = Recognised(
    1_764_000_000_000, "/a", VisitorIds(-7, 8), AGENT, Location("VN", "", "Huế"), language="vi"
)
# In the order of the fields; what was written before the last of them were there ends earlier.
VIEW_1 = (
    '[1,"v",3,50,7,6,"view-1","","x.vn","/a","Trang","g.vn",[["utm_source","zalo"]],390,0,"",[],"",[],'
    '"Chrome","142","Windows","10","mobile","vi","VN","VN-HN","Hà Nội","",[],[],0]'
)
EVENT_1 = (
    '[1,"c",3,51,7,null,"view-1","event-1","x.vn","/a","","",[],0,0,"buy",[["price","7"]],"bot",[],'
    '"","","","","","","","","","Robo",[],["a","b"],0]'
)
ENGAGEMENT_1 = '[1,"e",3,52,7,null,"view-1","","x.vn","/a","","",[],0,9000]'
DROPS_1 = (
    '[1,"d",0,53,0,null,"","","","","","",[],0,0,"",[],"",[["rate",4]],'
    '"","","","","","","","","","",[[50,"rate","/a","Chrome"]]]'
)
ONLINE_1 = '[1,"o",3,54,0,null,"","","","","","",[],0,0,"",[],"",[],"","","","","","","","","","",[],[],12]'
ROW_OF_0_1_0 = [msgspec.json.decode(one) for one in (VIEW_1, EVENT_1, ENGAGEMENT_1, DROPS_1, ONLINE_1)]
UPGRADED: list[Fact] = [
    View(
        site=3,
        at=50,
        visitor_id=7,
        previous_id=6,
        id="view-1",
        page="/a",
        hostname="x.vn",
        referrer="g.vn",
        campaign=(("utm_source", "zalo"),),
        screen=390,
        browser="Chrome",
        browser_version="142",
        system="Windows",
        system_version="10",
        device="mobile",
        language="vi",
        country="VN",
        region="VN-HN",
        city="Hà Nội",
        title="Trang",
    ),
    Event(
        site=3,
        at=51,
        visitor_id=7,
        id="event-1",
        view_id="view-1",
        page="/a",
        hostname="x.vn",
        name="buy",
        properties=(("price", "7"),),
        drop="bot",
        family="Robo",
        attributes=("a", "b"),
    ),
    Engagement(site=3, at=52, visitor_id=7, id="view-1", page="/a", engaged_ms=9_000),
    DropSummary(site=0, at=53, drops=(("rate", 4),), samples=(DropSample(50, "rate", "/a", "Chrome"),)),
    Online(site=3, at=54, online=12),
]


def beacon(**fields: object) -> Beacon:
    """A beacon of the test's site."""
    told = {"k": "v", "s": "dn7k2q", "u": "https://x.example.vn/a", **fields}
    made = count(1)
    return with_ids(parse(msgspec.json.encode(told)), lambda: f"made-{next(made)}")


def test_a_group_of_the_first_release_is_read_as_the_facts_of_today() -> None:
    row = msgspec.msgpack.encode(ROW_OF_0_1_0)
    assert decode_group(row) == UPGRADED


def test_a_suspect_of_the_first_release_is_read_alone() -> None:
    for old, new in zip(ROW_OF_0_1_0[:3], UPGRADED[:3], strict=True):
        assert decode(msgspec.msgpack.encode(old)) == new
    with pytest.raises(msgspec.DecodeError):
        decode(msgspec.msgpack.encode(ROW_OF_0_1_0[4]))


def test_every_kind_is_read_back_as_it_was_written() -> None:
    assert decode_group(encode_group([encode(fact) for fact in UPGRADED])) == UPGRADED


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"\x91",
        msgspec.msgpack.encode([["x", 2, 1, 1]]),
        msgspec.msgpack.encode([["v", 2, 1]]),
        msgspec.msgpack.encode([[1, "x", 1, 1]]),
        msgspec.msgpack.encode([["v", 2, 1, 1], [1, "v", 1, 1]]),
    ],
)
def test_what_is_no_group_is_refused(row: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_group(row)


def test_a_view_and_an_event_hold_what_was_recognised() -> None:
    view = fact_of(beacon(i="0123456789abcdef", t="Trang", w=390), SITE, RECOGNISED)
    assert isinstance(view, View)
    assert (view.id, view.title, view.screen, view.city) == ("0123456789abcdef", "Trang", 390, "Huế")
    assert (view.visitor_id, view.previous_id, view.drop, view.family) == (-7, 8, "", "")
    event = fact_of(beacon(k="c", n="buy", i="0123456789abcdef"), SITE, RECOGNISED)
    assert isinstance(event, Event)
    assert (event.id, event.view_id, event.name) == ("made-1", "0123456789abcdef", "buy")
    assert (event.browser, event.city, event.page) == ("Chrome", "Huế", "/a")


def test_what_is_suspected_tells_whose_agent_it_was() -> None:
    suspected = msgspec.structs.replace(RECOGNISED, drop=Drop.BOT)
    for told in ({}, {"k": "c", "n": "buy"}, {"k": "e", "i": "0123456789abcdef", "d": 5}):
        fact = fact_of(beacon(**told), SITE, suspected)
        assert fact is not None
        assert (fact.drop, fact.family) == ("bot", "Chrome")


def test_engagement_is_told_of_its_view_and_its_visitor() -> None:
    told = beacon(k="e", i="0123456789abcdef", d=9_000)
    assert fact_of(told, SITE, RECOGNISED) == Engagement(
        site=1,
        at=1_764_000_000_000,
        visitor_id=-7,
        previous_id=8,
        id="0123456789abcdef",
        page="/a",
        engaged_ms=9_000,
    )


def test_a_view_is_told_whole() -> None:
    told = beacon(
        i="0123456789abcdef", t="Trang", w=390, r="https://g.vn/x", u="https://x.example.vn/a?utm_source=zalo"
    )
    assert fact_of(told, SITE, msgspec.structs.replace(RECOGNISED, is_over_budget=True)) == View(
        site=1,
        at=1_764_000_000_000,
        visitor_id=-7,
        previous_id=8,
        id="0123456789abcdef",
        page="/a",
        hostname="x.example.vn",
        referrer="g.vn",
        campaign=(("utm_source", "zalo"),),
        screen=390,
        browser="Chrome",
        browser_version="142",
        system="Windows",
        system_version="10",
        device="desktop",
        language="vi",
        country="VN",
        region="",
        city="Huế",
        title="Trang",
        is_over_budget=True,
    )


def test_a_fact_without_an_id_has_an_empty_one() -> None:
    for told in ({}, {"k": "c", "n": "buy"}):
        fact = fact_of(
            parse(msgspec.json.encode({"k": "v", "s": "a", "u": "https://x.vn/", **told})), SITE, RECOGNISED
        )
        assert fact is not None
        assert fact.id == ""


def test_of_presence_nothing_is_kept() -> None:
    assert fact_of(beacon(k="p"), SITE, RECOGNISED) is None


def test_what_came_without_an_id_gets_one_of_ours() -> None:
    assert beacon().id == "made-1"
    event = beacon(k="c", n="buy")
    assert {event.id, event.event_id} == {"made-1", "made-2"}
    assert beacon(k=Kind.PRESENCE).id is None
