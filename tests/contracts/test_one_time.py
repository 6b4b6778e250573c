"""Codes and links that work once, as they are stored: the contract of the port OneTimeStore."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics_service.domain.one_time import LIFETIMES, OneTime, Purpose
from analytics_service.domain.principals import Role
from analytics_service.errors import Refused
from analytics_service.ports.one_time import OneTimeStore
from analytics_service.ports.storage import ConfigStores, Storage
from tests.contracts.test_users import ANN, AT, CODE

INVITATION = OneTime(
    token_hash=b"i" * 32,
    purpose=Purpose.INVITATION,
    made_at=AT,
    made_by="ann",
    name="bob",
    email="bob@example.vn",
    roles={1: Role.VIEWER, 7: Role.OWNER},
)
RESET = OneTime(token_hash=b"r" * 32, purpose=Purpose.RESET, made_at=AT, made_by="ann", user=1)


@pytest.fixture
def config(storage: Storage) -> Iterator[ConfigStores]:
    with storage.open_config() as config:
        yield config


@pytest.fixture
def one_times(config: ConfigStores) -> OneTimeStore:
    return config.one_times


def test_a_link_is_found_as_it_was_made(one_times: OneTimeStore) -> None:
    for one in (INVITATION, RESET):
        one_times.add_one_time(one)
    assert one_times.find_one_time(INVITATION.token_hash) == INVITATION
    assert one_times.one_times(Purpose.RESET) == [RESET]
    assert one_times.find_one_time(b"x" * 32) is None


def test_a_newer_one_ends_those_of_the_same_user(one_times: OneTimeStore) -> None:
    of_another = replace(RESET, token_hash=b"o" * 32, user=2)
    newer = replace(RESET, token_hash=b"n" * 32, made_at=AT + timedelta(minutes=1))
    for one in (INVITATION, RESET, of_another):
        one_times.add_one_time(one)
    one_times.add_one_time(newer, is_only=True)
    assert one_times.one_times(Purpose.RESET) == [newer, of_another]
    assert one_times.one_times(Purpose.INVITATION) == [INVITATION]


def test_one_that_was_ended_is_gone(one_times: OneTimeStore) -> None:
    one_times.add_one_time(INVITATION)
    assert one_times.end_one_time(INVITATION.token_hash) == INVITATION
    assert one_times.end_one_time(INVITATION.token_hash) is None
    assert one_times.find_one_time(INVITATION.token_hash) is None


def test_there_is_no_code_for_a_first_account_beside_an_account(config: ConfigStores) -> None:
    config.one_times.add_one_time(CODE)
    config.users.add_user(ANN)
    with pytest.raises(Refused):
        config.one_times.add_one_time(replace(CODE, token_hash=b"d" * 32))


def test_very_old_ones_are_deleted(one_times: OneTimeStore) -> None:
    one_times.add_one_time(INVITATION)
    late = AT + max(LIFETIMES.values()) + timedelta(seconds=1)
    one_times.add_one_time(replace(RESET, made_at=late))
    assert one_times.find_one_time(INVITATION.token_hash) is None


def test_a_turn_comes_again_after_its_pause(one_times: OneTimeStore) -> None:
    pause = timedelta(seconds=1)
    at = [AT, AT + timedelta(milliseconds=900), AT + pause, AT - timedelta(hours=2)]
    # Where the clock was set back, nobody waits for the time that was.
    assert [one_times.take_turn("code", one, pause) for one in at] == [True, False, True, True]
    assert one_times.take_turn("other", AT, pause)
