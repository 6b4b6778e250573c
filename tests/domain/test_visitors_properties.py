"""Visitors' names: one a day for each client of a site, and nobody's once the salt is gone."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import blake2b

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics_service.domain.visitors import (
    SALT_BYTES,
    SALT_RETENTION,
    VisitorHash,
    VisitorIds,
    hash_of_day,
)
from tests.faults.sizes import soak

ONE = timedelta(days=1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

Who = tuple[int, str, str]
"""Site, address and user agent."""

salts_of_a_day = st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES)
days = st.dates(date(1970, 1, 2), date(2100, 12, 31))
agents = st.text(st.characters(exclude_categories=()), max_size=60)
clients = st.tuples(st.integers(1, 2**31), st.ip_addresses().map(str), agents)

properly = settings(derandomize=True, deadline=None, max_examples=soak(120, 2_400))

pytestmark = pytest.mark.timeout(soak(120, 1_200))


def id_of(salt: bytes, site: int, address: str, agent: str) -> int:
    """The id of a client on the day of that salt."""
    return VisitorHash(site, salt, None).identify(address, agent).visitor_id


def ids_of(salts: Mapping[date, bytes], day: date, site: int, address: str, agent: str) -> VisitorIds | None:
    """Both ids of a client on that local day, or None while the day has no salt."""
    of_day = hash_of_day(salts, day, site)
    return of_day.identify(address, agent) if of_day else None


@given(days, salts_of_a_day, clients)
@properly
def test_the_same_client_has_the_same_name_all_day(day: date, salt: bytes, who: Who) -> None:
    assert (
        ids_of({day: salt}, day, *who)
        == ids_of({day: salt}, day, *who)
        == VisitorIds(id_of(salt, *who), None)
    )


@given(salts_of_a_day, st.lists(clients, min_size=2, max_size=8, unique=True))
@example(b"s" * SALT_BYTES, [(1, "203.0.113.7", "\ud800"), (1, "203.0.113.7", "?")])
@properly
def test_another_site_address_or_agent_has_another_name(salt: bytes, several: list[Who]) -> None:
    site, address, agent = several[0]
    asked = {*several, (site + 1, address, agent), (site, several[1][1], agent), (site, address, agent + "x")}
    assert len({id_of(salt, *who) for who in asked}) == len(asked)


@given(days, st.lists(salts_of_a_day, min_size=2, max_size=30, unique=True), clients)
@properly
def test_a_client_has_another_name_every_day(day: date, salts: list[bytes], who: Who) -> None:
    kept = {day + ONE * number: salt for number, salt in enumerate(salts)}
    named = [ids_of(kept, of, *who) for of in kept]
    assert len({one.visitor_id for one in named if one}) == len(salts)


@given(salts_of_a_day, clients)
@properly
def test_a_name_is_a_signed_number_of_64_bits(salt: bytes, who: Who) -> None:
    assert -(2**63) <= id_of(salt, *who) < 2**63


def test_names_use_all_64_bits() -> None:
    named = [id_of(b"s" * SALT_BYTES, 1, f"203.0.113.{host}", FIREFOX) for host in range(256)]
    for bit in range(64):
        assert {name >> bit & 1 for name in named} == {0, 1}


def test_a_name_is_the_keyed_hash_of_site_address_and_agent() -> None:
    # Another release must find the names that this one stored: today's visitors would count twice.
    salt = bytes(range(SALT_BYTES))
    told = blake2b(b"7\x00203.0.113.7\x00curl/8.5.0", digest_size=8, key=salt).digest()
    name = int.from_bytes(told, "big", signed=True)
    assert id_of(salt, 7, "203.0.113.7", "curl/8.5.0") == name == 4646275587873928968


@given(days, st.lists(clients, min_size=2, max_size=8))
@properly
def test_names_given_one_after_another_are_those_given_alone(day: date, several: list[Who]) -> None:
    salts = {day - ONE: b"b" * SALT_BYTES, day: b"a" * SALT_BYTES}
    of_day = hash_of_day(salts, day, several[0][0])
    assert of_day is not None
    for _, address, agent in several:
        alone = ids_of(salts, day, several[0][0], address, agent)
        assert of_day.identify(address, agent) == alone
        assert alone is not None
        assert of_day.identify(address, agent, previous_id=False) == VisitorIds(alone.visitor_id, None)


@given(days, st.sets(st.integers(-4, 4)), clients)
@properly
def test_somebody_is_formerly_known_exactly_while_the_salt_before_is_kept(
    today: date, kept: set[int], who: Who
) -> None:
    salts = {today + ONE * number: bytes([number + 5]) * SALT_BYTES for number in kept}
    for number in range(-4, 5):
        day = today + ONE * number
        named = ids_of(salts, day, *who)
        if number not in kept:
            assert named is None
            continue
        before = ids_of(salts, day - ONE, *who)
        assert named == VisitorIds(id_of(salts[day], *who), before.visitor_id if before else None)


@given(days, clients, st.integers(2, 40))
@properly
def test_over_each_midnight_somebody_is_continued_and_two_days_later_leads_to_nobody(
    first: date, who: Who, count: int
) -> None:
    salts: dict[date, bytes] = {}
    told: list[int] = []
    for number in range(count):
        today = first + ONE * number
        salts[today] = bytes([number]) * SALT_BYTES
        salts = {day: salt for day, salt in salts.items() if day >= today - SALT_RETENTION}
        named = ids_of(salts, today, *who)
        assert named is not None
        assert named.previous_id == (told[-1] if told else None)
        told.append(named.visitor_id)
        assert ids_of(salts, today - SALT_RETENTION - ONE, *who) is None
    assert len(set(told)) == count
