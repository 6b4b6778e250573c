"""What one sender can add to visitors and to who is online, whatever agents and addresses they name."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
import pytest

from analytics_service.collecting import budget
from analytics_service.collecting.budget import ValueBudget, VisitorBudget
from analytics_service.domain.client import Client
from analytics_service.domain.facts import Event, View
from analytics_service.domain.visitors import VisitorIds, budget_holder
from analytics_service.limits.memory import MemoryLimits
from tests.collecting.door import AT, CHROME, CLIENT, Door

SECOND = timedelta(seconds=1)
ONE_SALT = {1: {AT.date(): b"s" * 32}}


def agents() -> Iterator[str]:
    """Agents of a browser, no two of them alike."""
    yield from (f"{CHROME} made/{number}" for number in count())


def made_up(address: str, several: Iterable[str]) -> Iterator[Client]:
    """Clients of one address, one for each agent."""
    for agent in several:
        yield msgspec.structs.replace(CLIENT, address=address, agent=agent)


def online(door: Door, at_ms: int) -> int:
    """How many visitors are online."""
    return len(door.live.list_online(1, at_ms))


def test_the_views_of_a_school_all_count_and_its_visitors_are_bounded() -> None:
    door, ids = Door(), set()
    for number, client in zip(range(500), made_up("113.160.1.7", agents()), strict=False):
        verdict = door.admit(AT + number * SECOND * 11 / 500, client)
        assert isinstance(verdict.fact, View), number
        ids.add(verdict.fact.visitor_id)
    # 120 at once, two of eleven seconds, and all the others as one.
    assert len(ids) == 123
    assert online(door, int((AT + 11 * SECOND).timestamp() * 1000)) == 123


def test_a_forger_adds_no_more_than_the_budget_to_a_day_and_to_who_is_online() -> None:
    # Half a day, so that the site's midnight does not come.
    door, ids, most = Door(per_minute=0), set(), 0
    forged = made_up("113.160.1.7", agents())
    for second in range(0, 12 * 3600, 2):
        at = AT + second * SECOND
        fact = door.admit(at, next(forged)).fact
        assert isinstance(fact, View)
        ids.add(fact.visitor_id)
        if second % 60 == 0:
            most = max(most, online(door, int(at.timestamp() * 1000)))
    assert 120 + 12 * 60 * 12 - 2 <= len(ids) <= 120 + 12 * 60 * 12 + 1
    assert 150 < most <= 181


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        ([f"2001:db8:1:2::{number:x}" for number in range(1, 1000)], 121),
        ([f"2001:db8:1:{number:x}::1" for number in range(5000)], 10 * 121),
    ],
    ids=["/64", "/48"],
)
def test_a_network_has_a_budget_whatever_its_addresses(addresses: list[str], most: int) -> None:
    door, several = Door(per_minute=0), agents()
    facts = [door.admit(AT, next(made_up(address, [next(several)]))).fact for address in addresses]
    assert None not in facts
    assert len({fact.visitor_id for fact in facts if fact}) == most


def test_an_ipv6_visitor_is_known_by_their_network() -> None:
    door = Door()
    first, second = (
        door.fact(client=msgspec.structs.replace(CLIENT, address=address))
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")
    )
    other = door.fact(client=msgspec.structs.replace(CLIENT, address="2001:db8:1:3::1"))
    assert first.visitor_id == second.visitor_id != other.visitor_id


def test_the_shares_of_a_network_are_even_and_those_of_ipv4_its_addresses() -> None:
    holders = [budget_holder(f"2001:db8:1:{number:x}::1") for number in range(1000)]
    assert len(set(holders)) == 10
    assert max(map(holders.count, set(holders))) < 150
    assert budget_holder("203.0.113.7") == "203.0.113.7"
    assert budget_holder("no:address") == "no:address"


def test_presence_makes_nobody_a_visitor_and_keeps_online_who_is() -> None:
    door = Door(per_minute=0)
    for client in zip(range(300), made_up("113.160.1.7", agents()), strict=False):
        assert door.admit(AT, client[1], k="p") == (None, None)
    at_ms = int(AT.timestamp() * 1000)
    assert online(door, at_ms) == 0
    door.fact()
    for minute in (4, 8, 12):
        door.admit(AT + minute * 60 * SECOND, k="p")
        assert online(door, at_ms + minute * 60_000) == 1
    # Who comes back to a page that was hidden for long is there again.
    door.admit(AT + 30 * 60 * SECOND, k="p")
    assert online(door, at_ms + 30 * 60_000) == 1


def test_engagement_makes_nobody_a_visitor() -> None:
    door = Door()
    assert door.admit(k="e", d=1_000).fact is not None
    assert online(door, int(AT.timestamp() * 1000)) == 0


def test_whoever_counts_as_the_network_is_kept_online_by_presence() -> None:
    door = Door(new=(1, 1))
    one, two = zip(range(2), made_up("113.160.1.7", agents()), strict=False)
    door.admit(client=one[1])
    door.admit(client=two[1])
    door.admit(AT + 4 * 60 * SECOND, client=two[1], k="p")
    assert online(door, int((AT + 8 * 60 * SECOND).timestamp() * 1000)) == 1


def test_a_visitor_of_yesterday_costs_nothing_today() -> None:
    door = Door(new=(1, 1))
    # The site's midnight is at 17:00.
    before, after = AT.replace(hour=16, minute=59), AT.replace(hour=17, minute=1)
    salts = {AT.date(): b"a" * 32, AT.date() + timedelta(days=1): b"b" * 32}
    door.collector.salts.replace({1: salts})
    first = door.fact(at=before)
    second = door.fact(at=after)
    assert second.previous_id == first.visitor_id
    third = door.fact(at=after, client=msgspec.structs.replace(CLIENT, agent=f"{CHROME} other"))
    assert third.visitor_id not in (first.visitor_id, second.visitor_id)
    fourth = door.fact(at=after, client=msgspec.structs.replace(CLIENT, agent=f"{CHROME} yet another"))
    assert fourth.visitor_id not in (first.visitor_id, second.visitor_id, third.visitor_id)


def test_the_tabs_of_a_school_do_not_use_up_the_allowance_of_its_views() -> None:
    door = Door(per_minute=60, burst=10)
    assert all(door.admit(k="p").drop is None for _ in range(10))
    assert [door.admit().drop is None for _ in range(11)] == [True] * 10 + [False]
    assert door.admit(k="p").drop is not None


def test_behind_a_proxy_that_names_nobody_every_agent_is_a_visitor() -> None:
    door = Door(new=(1, 1))
    behind = msgspec.structs.replace(CLIENT, is_proxy_address=True)
    several = zip(range(50), agents(), strict=False)
    facts = [door.fact(client=msgspec.structs.replace(behind, agent=agent)) for _, agent in several]
    assert len({fact.visitor_id for fact in facts}) == 50


def test_without_a_budget_everybody_is_a_visitor() -> None:
    door = Door(new=(0, 1))
    facts = [
        door.fact(client=client)
        for _, client in zip(range(500), made_up("113.160.1.7", agents()), strict=False)
    ]
    assert len({fact.visitor_id for fact in facts}) == 500


def test_known_visitors_take_bounded_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "KNOWN_LIMIT", 100)
    visitors = VisitorBudget(MemoryLimits(per_minute=0, burst=1))
    for number in range(1000):
        assert visitors.admits(1, "a", VisitorIds(number, None), 0)
        assert visitors.knows(VisitorIds(999_999_999, None)) is False
        # Who is seen again and again is never let go.
        assert visitors.knows(VisitorIds(0, None))
    assert len(visitors._known) <= 200
    assert not visitors.knows(VisitorIds(500, None))


def test_one_sender_brings_so_many_new_pages_and_those_of_others_stay_theirs() -> None:
    door = Door(per_minute=0)
    made = [door.fact(u=f"https://x.example.vn/made-up/{number}") for number in range(1000)]
    assert [fact.is_over_budget for fact in made] == [False] * 120 + [True] * 880
    # A page that is over the budget keeps its name: the applier may know it already.
    assert made[-1].page == "/made-up/999"
    other = msgspec.structs.replace(CLIENT, address="113.160.1.8")
    assert not door.fact(client=other, u="https://x.example.vn/tin-moi").is_over_budget
    # What anybody brought is not new to the others.
    assert not door.fact(u="https://x.example.vn/tin-moi").is_over_budget
    assert not door.fact(AT + 5 * SECOND, u="https://x.example.vn/later").is_over_budget


def test_made_up_events_are_budgeted_as_pages_are() -> None:
    door = Door(per_minute=0, new=(12, 3))
    facts = [door.admit(k="c", n=f"event-{number}").fact for number in range(5)]
    assert [isinstance(fact, Event) and fact.is_over_budget for fact in facts] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_behind_a_proxy_that_names_nobody_every_page_and_event_keeps_its_name() -> None:
    door = Door(per_minute=0, new=(1, 1))
    behind = msgspec.structs.replace(CLIENT, is_proxy_address=True)
    several = [door.fact(client=behind, u=f"https://x.example.vn/{number}") for number in range(9)]
    assert not any(fact.is_over_budget for fact in several)


def test_an_event_over_the_budget_of_its_page_is_over_it_and_a_known_one_is_not() -> None:
    door = Door(per_minute=0, new=(1, 2))
    # The page and the event are two new values.
    assert not told(door, n="buy", u="https://x.example.vn/a").is_over_budget
    assert not told(door, n="buy", u="https://x.example.vn/a").is_over_budget
    assert told(door, n="other", u="https://x.example.vn/a").is_over_budget
    assert told(door, n="buy", u="https://x.example.vn/b").is_over_budget


def told(door: Door, **changed: Any) -> Event:
    fact = door.admit(k="c", **changed).fact
    assert isinstance(fact, Event)
    return fact


async def test_presence_of_whoever_counts_as_the_network_tells_its_page() -> None:
    door = Door(new=(1, 1))
    one, two = (client for _, client in zip(range(2), made_up("113.160.1.7", agents()), strict=False))
    door.admit(client=one, u="https://x.example.vn/a")
    door.admit(client=two, u="https://x.example.vn/a")
    at = AT + 60 * SECOND
    door.admit(at, client=two, k="p", u="https://x.example.vn/b")
    at_ms = int(at.timestamp() * 1000)
    assert [await door.live.online(1, at_ms, page) for page in ("/a", "/b")] == [1, 1]


async def test_engagement_keeps_online_and_moves_nobody_to_another_page() -> None:
    door = Door()
    door.admit(u="https://x.example.vn/a")
    at = AT + 60 * SECOND
    door.admit(at, k="e", d=1_000, u="https://x.example.vn/b")
    at_ms = int((AT + 330 * SECOND).timestamp() * 1000)
    assert [await door.live.online(1, at_ms, page) for page in ("/a", "/b")] == [1, 0]


def test_each_day_has_a_budget_of_values_of_its_own() -> None:
    values = ValueBudget(MemoryLimits(per_minute=1, burst=1))
    day, at_ms = AT.date(), int(AT.timestamp() * 1000)
    admitted = [values.admits(1, day, "a", page, at_ms=at_ms) for page in ("/a", "/a", "/b")]
    assert admitted == [True, True, False]
    # What was known yesterday is new today, and known of one site is not known of another.
    assert not values.admits(1, day + timedelta(days=1), "a", "/a", at_ms=at_ms)
    assert values.admits(2, day, "a", "/a", at_ms=at_ms)
    assert not values.admits(2, day, "a", "/b", at_ms=at_ms)
    assert all(values.admits(1, day, "", f"/{number}", at_ms=at_ms) for number in range(3))


def test_an_event_of_yesterday_is_a_new_one_today() -> None:
    door = Door(per_minute=0, new=(1, 3))
    door.collector.salts.replace({1: {AT.date(): b"a" * 32, AT.date() + timedelta(days=1): b"b" * 32}})
    before, after = AT.replace(hour=16, minute=59, second=50), AT.replace(hour=17)
    assert not told(door, at=before, n="buy", u="https://x.example.vn/a").is_over_budget
    assert not told(door, at=before, n="buy", u="https://x.example.vn/a").is_over_budget
    # The page is the third new value, and the event the fourth.
    assert told(door, at=after, n="buy", u="https://x.example.vn/a").is_over_budget


def test_what_is_suspected_is_over_no_budget() -> None:
    door = Door(per_minute=0, new=(1, 1))
    facts = [door.fact(u=f"https://x.example.vn/{number}", b=1) for number in range(3)]
    assert [(fact.drop, fact.is_over_budget) for fact in facts] == [("bot", False)] * 3
