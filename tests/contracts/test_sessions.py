"""Sessions as they are stored: the contract of the port SessionStore."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics_service.domain.sessions import SESSION_RETENTION, Session, Visitor
from analytics_service.ports.sessions import SessionStore
from analytics_service.ports.storage import ConfigStores, Storage
from tests.contracts.test_users import ANN, AT, BOB


@pytest.fixture
def config(storage: Storage) -> Iterator[ConfigStores]:
    with storage.open_config() as config:
        config.users.add_user(ANN)
        config.users.add_user(BOB)
        yield config


@pytest.fixture
def sessions(config: ConfigStores) -> SessionStore:
    return config.sessions


def a_session(user: int = 1, letter: bytes = b"a", minutes: int = 0) -> Session:
    at = AT + timedelta(minutes=minutes)
    return Session(
        token_hash=letter * 32,
        user=user,
        made_at=at,
        used_at=at,
        confirmed_at=at,
        visitor=Visitor(country="VN", browser="Firefox", system="Linux"),
    )


def test_a_session_is_found_by_its_hash(sessions: SessionStore) -> None:
    session = replace(a_session(), is_complete=False)
    sessions.add_session(session)
    assert sessions.find_session(session.token_hash) == session
    assert sessions.find_session(b"z" * 32) is None


def test_sessions_are_listed_by_user_newest_first(sessions: SessionStore) -> None:
    first, second, other = a_session(), a_session(1, b"b", 1), a_session(2, b"c", 2)
    for session in (first, second, other):
        sessions.add_session(session)
    assert sessions.sessions(1) == [second, first]
    assert sessions.sessions() == [other, second, first]


def test_a_session_that_replaces_another_leaves_one(sessions: SessionStore) -> None:
    sessions.add_session(a_session())
    sessions.add_session(a_session(letter=b"b"), replaces=b"a" * 32)
    assert [session.token_hash for session in sessions.sessions()] == [b"b" * 32]


def test_a_use_is_noted_and_brings_nobody_back(sessions: SessionStore) -> None:
    session, later = a_session(), AT + timedelta(hours=1)
    sessions.add_session(session)
    sessions.touch_session(session.token_hash, later)
    sessions.touch_session(session.token_hash, AT)
    assert sessions.sessions() == [replace(session, used_at=later)]
    assert sessions.end_session(session.token_hash) == replace(session, used_at=later)
    sessions.touch_session(session.token_hash, later)
    assert sessions.sessions() == []
    assert sessions.end_session(session.token_hash) is None


def test_all_sessions_of_an_account_end_but_one(sessions: SessionStore) -> None:
    for letter in (b"a", b"b", b"c"):
        sessions.add_session(a_session(letter=letter))
    sessions.add_session(a_session(2, b"d"))
    assert sessions.end_sessions(1, but=b"b" * 32) == 2
    assert {session.token_hash for session in sessions.sessions()} == {b"b" * 32, b"d" * 32}
    assert sessions.end_sessions(1) == 1


def test_sessions_of_long_ago_are_deleted(sessions: SessionStore) -> None:
    sessions.add_session(a_session())
    days = SESSION_RETENTION.days + 1
    sessions.add_session(a_session(letter=b"b", minutes=days * 24 * 60))
    assert [session.token_hash for session in sessions.sessions()] == [b"b" * 32]
