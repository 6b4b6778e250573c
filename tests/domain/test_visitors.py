"""A visitor's names."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain.visitors import names, visitor_name

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)
salts = st.binary(min_size=32, max_size=32)
people = st.tuples(st.integers(1, 2**31), st.text(max_size=45), st.text(max_size=512))


@given(salts, people)
def test_a_name_is_the_same_all_day_and_fits_a_signed_integer_of_64_bits(
    salt: bytes, person: tuple[int, str, str]
) -> None:
    assert visitor_name(salt, *person) == visitor_name(salt, *person)
    assert -(2**63) <= visitor_name(salt, *person) < 2**63


@given(st.lists(st.tuples(salts, people), min_size=2, max_size=20, unique=True))
def test_another_salt_site_address_or_agent_is_another_name(
    found: list[tuple[bytes, tuple[int, str, str]]],
) -> None:
    # A zero byte parts the fields: an address that ends like an agent begins is not mistaken for it.
    told = [one for one in found if "\0" not in one[1][1] and "\0" not in one[1][2]]
    assert len({visitor_name(salt, *person) for salt, person in told}) == len(told)


@given(salts, salts, people)
def test_the_former_name_is_yesterdays_and_known_only_while_its_salt_is(
    old: bytes, new: bytes, person: tuple[int, str, str]
) -> None:
    site, address, agent = person
    both = names({YESTERDAY: old, TODAY: new}, TODAY, site, address, agent)
    assert both is not None
    assert (both.visitor, both.formerly) == (visitor_name(new, *person), visitor_name(old, *person))
    alone = names({TODAY: new}, TODAY, site, address, agent)
    assert alone is not None
    assert (alone.visitor, alone.formerly) == (both.visitor, None)
    assert names({YESTERDAY: old}, TODAY, site, address, agent) is None
