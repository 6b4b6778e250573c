"""Codes and links that work once: how long they work, and how they are typed."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics_service.domain.one_time import CODE_BYTES, OneTime, Purpose, format_code, normal_code

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("purpose", "hours"), [(Purpose.FIRST_ACCOUNT, 24), (Purpose.INVITATION, 72), (Purpose.RESET, 1)]
)
def test_each_works_for_its_time_and_no_longer(purpose: Purpose, hours: int) -> None:
    link = OneTime(token_hash=b"\xab" * 32, purpose=purpose, made_at=AT, made_by="me")
    end = AT + timedelta(hours=hours)
    assert link.expires_at == end
    assert link.is_valid(AT)
    assert link.is_valid(end - timedelta(microseconds=1))
    assert not link.is_valid(end)


def test_a_link_is_named_in_lists_by_a_part_of_its_hash() -> None:
    link = OneTime(token_hash=bytes(range(32)), purpose=Purpose.RESET, made_at=AT, made_by="me")
    assert link.id == "0001020304050607"


def test_a_code_is_groups_of_five_and_the_same_however_it_is_typed() -> None:
    code = format_code(bytes(range(CODE_BYTES)))
    groups = code.split("-")
    assert [len(group) for group in groups] == [5, 5, 5, 5, 5, 1]
    for typed in (code, code.upper(), f" {code.replace('-', ' ')}\n", code.replace("-", "")):
        assert normal_code(typed) == "".join(groups)
    assert normal_code("a-" * 101) == "a" * 100
