"""What the door makes of a beacon: counted, kept apart, or dropped for a reason."""

import gc
from collections.abc import Iterator
from datetime import timedelta
from types import FunctionType, ModuleType
from typing import Any

import msgspec
import pytest

from analytics_service.collecting.drops import NO_SITE
from analytics_service.domain.client import HeaderSignals
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import DropSample
from analytics_service.domain.site import RobotLevel
from analytics_service.domain.visitors import VisitorHash, sender
from tests.collecting.door import AT, CLIENT, Door


def test_a_fact_holds_what_was_recognised_and_nothing_of_the_person() -> None:
    fact = Door().fact(
        r="https://www.google.com/", w=1366, u="https://x.example.vn/a/?utm_source=zalo&secret=1"
    )
    assert (fact.browser, fact.browser_version, fact.system, fact.device) == (
        "Chrome",
        "142",
        "Windows",
        "desktop",
    )
    assert (fact.language, fact.country, fact.referrer, fact.page) == ("vi", "VN", "www.google.com", "/a")
    assert fact.campaign == (("utm_source", "zalo"),)
    told = msgspec.json.encode(fact)
    assert not any(trace in told for trace in (b"113.160", b"Mozilla", b"Safari/537", b"secret"))


@pytest.mark.parametrize(
    ("rules", "changed", "drop"),
    [
        ({"excluded_networks": frozenset({"113.160.0.0/16"})}, {}, Drop.EXCLUDED_ADDRESS),
        ({"excluded_networks": frozenset({"10.0.0.0/8", "2001:db8::/32"})}, {}, None),
        ({"excluded_pages": frozenset({"/a"})}, {}, Drop.EXCLUDED_PAGE),
        (
            {"excluded_pages": frozenset({"/private/*"})},
            {"u": "https://x.example.vn/private/b"},
            Drop.EXCLUDED_PAGE,
        ),
        ({"excluded_pages": frozenset({"/priv.te/*"})}, {"u": "https://x.example.vn/private/b"}, None),
        ({"excluded_countries": frozenset({"VN"})}, {}, Drop.EXCLUDED_COUNTRY),
        ({"excluded_countries": frozenset({"US"})}, {}, None),
        ({}, {"u": "https://evil.example/"}, Drop.HOSTNAME),
        ({}, {"b": 1}, Drop.BOT),
        ({}, {"r": "https://semalt.com/x"}, Drop.SPAM_REFERRER),
        ({"robots": RobotLevel.STRICT}, {}, None),
    ],
)
def test_the_rules_of_a_site(rules: dict[str, Any], changed: dict[str, Any], drop: Drop | None) -> None:
    assert Door(**rules).admit(**changed).drop is drop


@pytest.mark.parametrize(
    ("client", "rules", "drop"),
    [
        ({"agent": ""}, {}, Drop.BOT),
        ({"agent": "curl/8.5.0"}, {"robots": RobotLevel.OFF}, Drop.BOT),
        ({"header_signals": HeaderSignals.HTTPS}, {}, Drop.BOT),
        ({"header_signals": HeaderSignals.HTTPS}, {"robots": RobotLevel.OFF}, None),
        ({"header_signals": 0}, {"robots": RobotLevel.STRICT}, Drop.BOT),
        ({"opts_out": True}, {}, None),
        ({"opts_out": True}, {"honours_signals": True}, Drop.OPT_OUT),
        ({"prefetch": True}, {}, Drop.PREFETCH),
    ],
)
def test_who_asks(client: dict[str, Any], rules: dict[str, Any], drop: Drop | None) -> None:
    assert Door(**rules).admit(client=msgspec.structs.replace(CLIENT, **client)).drop is drop


async def test_what_is_suspected_is_kept_whole_and_nobody_is_online_for_it() -> None:
    door = Door()
    fact = door.fact(client=msgspec.structs.replace(CLIENT, agent="curl/8.5.0"), r="https://a.example/")
    assert (fact.drop, fact.family, fact.page, fact.referrer) == ("bot", "curl", "/a", "a.example")
    assert await door.live.online(1, fact.at) == 0
    # What is suspected is not told twice: its fact is what is counted.
    assert door.collector.drops.take_summaries(AT) == []


def test_one_address_sends_no_more_than_its_rate_and_has_it_again_later() -> None:
    door = Door(per_minute=60, burst=10)
    assert [door.admit().drop for _ in range(12)] == [None] * 10 + [Drop.RATE] * 2
    other = msgspec.structs.replace(CLIENT, address="113.160.1.8")
    assert door.admit(client=other).drop is None
    assert [door.admit(AT + timedelta(seconds=3)).drop for _ in range(4)] == [None] * 3 + [Drop.RATE]
    # A clock that was set back locks nobody out.
    assert door.admit(AT - timedelta(hours=2)).drop is None


def test_behind_a_proxy_that_tells_nothing_nobody_is_limited() -> None:
    door = Door(per_minute=60, burst=1)
    behind = msgspec.structs.replace(CLIENT, is_proxy_address=True)
    assert {door.admit(client=behind).drop for _ in range(50)} == {None}


def test_a_household_is_one_sender_whatever_its_addresses() -> None:
    assert sender("2001:db8:1:2::1") == sender("2001:db8:1:2:ffff:1:2:3") != sender("2001:db8:1:3::1")
    assert len({sender(f"203.0.113.{last}") for last in range(256)}) == 256
    assert sender("no:address") == sender("no:address")


def test_drops_are_counted_and_some_of_them_shown_without_address_and_agent() -> None:
    door = Door(excluded_pages=frozenset({"/a"}))
    for _ in range(30):
        door.admit()
    door.admit(s="nobody")
    of_nobody, of_site = door.collector.drops.take_summaries(AT)
    assert (of_nobody.site, of_nobody.drops, of_nobody.samples) == (NO_SITE, (("unknown-site", 1),), ())
    assert (of_site.site, of_site.drops) == (1, (("excluded-page", 30),))
    assert of_site.samples == (DropSample(int(AT.timestamp() * 1000), "excluded-page", "/a", "Chrome"),) * 10
    assert door.collector.drops.take_summaries(AT) == []


def test_a_host_that_is_refused_is_named_with_the_page() -> None:
    door = Door()
    foreign = msgspec.structs.replace(CLIENT, origin="https://mirror.example")
    assert door.admit(u="https://localhost/a").drop is door.admit(client=foreign).drop is Drop.HOSTNAME
    (summary,) = door.collector.drops.take_summaries(AT)
    assert [sample.page for sample in summary.samples] == ["//localhost/a", "//mirror.example/a"]


@pytest.mark.parametrize(
    ("rules", "url", "page"),
    [
        ({}, "https://x.example.vn/a/", "/a"),
        ({}, "https://x.example.vn/a/index.php?id=3", "/a/index.php"),
        ({"index_files": True}, "https://x.example.vn/a/index.php?id=3", "/a"),
        ({"index_files": True}, "https://x.example.vn/Default.aspx", "/"),
        ({"page_keys": frozenset({"id", "cat"})}, "https://x.example.vn/p?x=1&id=3&cat=2", "/p?cat=2&id=3"),
        ({"page_keys": frozenset({"id"})}, "https://x.example.vn/p?id=3&id=4", "/p?id=3"),
        ({"page_keys": frozenset({"id"})}, "https://x.example.vn/p?id=an.nguyen@example.vn", "/p?id=[email]"),
        ({}, "https://x.example.vn/the/AbC9dE2fG7hJ4kL1mN8p", "/the/[token]"),
        (
            {"unmasked_pages": frozenset({"/the/*"})},
            *("https://x.example.vn/the/AbC9dE2fG7hJ4kL1mN8p", "/the/AbC9dE2fG7hJ4kL1mN8p"),
        ),
        (
            {"unmasked_pages": frozenset({"/the/*"})},
            "https://x.example.vn/reset/0123456789abcdef",
            "/reset/[token]",
        ),
    ],
)
def test_what_a_page_is(rules: dict[str, Any], url: str, page: str) -> None:
    assert Door(**rules).fact(u=url).page == page


def _reachable(root: object) -> Iterator[object]:
    """Yields all that an object leads to, but for code."""
    waiting, met = [root], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in met or isinstance(one, type | ModuleType | FunctionType):
            continue
        met.add(id(one))
        yield one
        waiting += gc.get_referents(one)


def test_of_a_day_that_is_over_a_quiet_site_keeps_no_key_in_memory() -> None:
    door = Door()
    door.fact()
    assert any(isinstance(one, VisitorHash) for one in _reachable(door.collector))
    next_day = AT + timedelta(days=1)
    door.collector.salts.replace({1: {next_day.date(): b"t" * 32}})
    door.collector.salts.forget_days(next_day)
    left = list(_reachable(door.collector))
    assert not any(isinstance(one, VisitorHash) or one == b"s" * 32 for one in left)
    assert b"t" * 32 in left
    assert door.fact(at=next_day).page == "/a"
