"""Accounts as they are stored: the contract of the port UserStore."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics_service.domain.accounts import Account
from analytics_service.domain.one_time import OneTime, Purpose
from analytics_service.domain.principals import Role
from analytics_service.domain.sessions import Session
from analytics_service.errors import Refused
from analytics_service.ports.storage import ConfigStores, Storage
from analytics_service.ports.users import UserStore
from tests.domain.test_admission import SITE

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
ANN = Account(
    name="ann",
    email="ann@example.vn",
    language="vi",
    password_hash="$argon2id$",
    is_administrator=True,
    factor=b"sealed",
    factor_step=5,
    recovery_codes=frozenset({b"a" * 32, b"b" * 32}),
    made_at=AT,
    made_by="me",
)
BOB = Account(name="bob", password_hash="x", has_long_password=False, made_at=AT, made_by="ann")
CODE = OneTime(token_hash=b"c" * 32, purpose=Purpose.FIRST_ACCOUNT, made_at=AT, made_by="me")


@pytest.fixture
def config(storage: Storage) -> Iterator[ConfigStores]:
    with storage.open_config() as config:
        yield config


@pytest.fixture
def users(config: ConfigStores) -> UserStore:
    return config.users


def test_an_account_is_found_as_it_was_added(config: ConfigStores, users: UserStore) -> None:
    site = config.sites.add_site(SITE).number
    assert not users.has_users()
    ann = users.add_user(ANN)
    bob = users.add_user(replace(BOB, roles={site: Role.EDITOR}))
    assert ann == replace(ANN, id=ann.id)
    assert users.users() == [ann, bob]
    assert users.find_user("bob") == users.user(bob.id) == bob
    assert users.find_user("nobody") is None
    assert users.has_users()


def test_a_name_is_given_once(users: UserStore) -> None:
    ann = users.add_user(ANN)
    bob = users.add_user(BOB)
    with pytest.raises(Refused):
        users.add_user(replace(BOB, name="ann"))
    with pytest.raises(Refused):
        users.change_user(bob.id, lambda old, _: replace(old, name="ann"))
    assert users.users() == [ann, bob]


def test_a_code_makes_one_account_and_only_the_first(config: ConfigStores, users: UserStore) -> None:
    config.one_times.add_one_time(CODE)
    with pytest.raises(Refused):
        users.add_user(ANN, token_hash=b"other", is_first=True)
    users.add_user(ANN, token_hash=CODE.token_hash, is_first=True)
    for name, token in (("bob", CODE.token_hash), ("eve", None)):
        with pytest.raises(Refused):
            users.add_user(replace(BOB, name=name), token_hash=token, is_first=True)
    assert [user.name for user in users.users()] == ["ann"]


def test_a_change_sees_the_other_administrators(users: UserStore) -> None:
    ann, bob = users.add_user(ANN), users.add_user(BOB)
    seen: list[int] = []

    def note(old: Account, others: int) -> Account:
        seen.append(others)
        return replace(old, is_administrator=True)

    assert users.change_user(bob.id, note) == replace(bob, is_administrator=True)
    users.change_user(ann.id, note)
    assert seen == [1, 1]
    assert users.change_user(99, note) is None


def test_a_change_that_is_refused_changes_nothing(config: ConfigStores, users: UserStore) -> None:
    ann = users.add_user(ANN)
    config.sessions.add_session(_session(ann.id))

    def refuse(old: Account, others: int) -> Account:
        raise Refused("no")

    with pytest.raises(Refused):
        users.change_user(ann.id, refuse, ends_sessions=True)
    with pytest.raises(Refused):
        users.change_user(ann.id, lambda *_: None, token_hash=b"gone")
    assert users.users() == [ann]
    assert len(config.sessions.sessions()) == 1


def test_what_a_removed_account_had_goes_with_it(config: ConfigStores, users: UserStore) -> None:
    site = config.sites.add_site(SITE).number
    ann = users.add_user(replace(ANN, roles={site: Role.OWNER}))
    config.sessions.add_session(_session(ann.id))
    config.logins.note_address(ann.id, b"here", AT)
    config.one_times.add_one_time(replace(CODE, purpose=Purpose.RESET, user=ann.id))
    assert users.change_user(ann.id, lambda *_: None) is None
    assert (users.users(), config.sessions.sessions()) == ([], [])
    assert config.one_times.one_times(Purpose.RESET) == []
    assert not config.logins.knows_address(ann.id, b"here", AT - timedelta(days=1))
    # Nobody ever gets its number.
    assert users.add_user(BOB).id > ann.id


def test_sessions_end_with_the_change_that_ends_them(config: ConfigStores, users: UserStore) -> None:
    ann, bob = users.add_user(ANN), users.add_user(BOB)
    for user in (ann, bob):
        config.sessions.add_session(replace(_session(user.id), token_hash=bytes([user.id]) * 32))
    users.change_user(ann.id, lambda old, _: replace(old, password_hash="new"), ends_sessions=True)
    assert [session.user for session in config.sessions.sessions()] == [bob.id]


def _session(user: int) -> Session:
    return Session(token_hash=b"s" * 32, user=user, made_at=AT, used_at=AT, confirmed_at=AT)


def test_a_right_to_a_site_that_is_taken_away_is_gone(config: ConfigStores, users: UserStore) -> None:
    site = config.sites.add_site(SITE).number
    bob = users.add_user(replace(BOB, roles={site: Role.EDITOR}))
    users.change_user(bob.id, lambda old, _: replace(old, roles={site: Role.OWNER}))
    assert users.change_user(bob.id, lambda old, _: old) == replace(bob, roles={site: Role.OWNER})
    users.change_user(bob.id, lambda old, _: replace(old, roles={}))
    assert users.change_user(bob.id, lambda old, _: old) == replace(bob, roles={})
