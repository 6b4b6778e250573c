"""Failed logins as they are stored: the contract of the port LoginStore."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from analytics_service.domain.logins import ADDRESS_RETENTION, ATTEMPT_RETENTION, ATTEMPTS_OF_UNKNOWN, Attempt
from analytics_service.errors import Refused
from analytics_service.ports.logins import LoginStore
from analytics_service.ports.storage import Storage
from tests.contracts.test_users import ANN, AT

HERE, THERE = b"h" * 16, b"t" * 16
FAILED, WAITS = Attempt(HERE, AT), Attempt(THERE, AT + timedelta(seconds=8), waits=True)


@pytest.fixture
def logins(storage: Storage) -> Iterator[LoginStore]:
    with storage.open_config() as config:
        config.users.add_user(ANN)
        yield config.logins


def stored(logins: LoginStore, who: str = "user:1") -> tuple[Attempt, ...]:
    return logins.change_attempts(who, lambda found: (found, found), at=AT)


def test_attempts_are_replaced_in_one_step(logins: LoginStore) -> None:
    assert stored(logins) == ()
    answer = logins.change_attempts("user:1", lambda found: ("done", [*found, FAILED, WAITS]), at=AT)
    assert answer == "done"
    assert stored(logins) == (FAILED, WAITS)
    assert stored(logins, "user:2") == ()
    logins.change_attempts("user:1", lambda found: (None, found[1:]), at=AT)
    assert stored(logins) == (WAITS,)


def test_a_change_that_fails_leaves_what_was_stored(logins: LoginStore) -> None:
    logins.change_attempts("user:1", lambda _: (None, [FAILED]), at=AT)

    def fail(found: tuple[Attempt, ...]) -> tuple[None, tuple[Attempt, ...]]:
        raise Refused("no")

    with pytest.raises(Refused):
        logins.change_attempts("user:1", fail, at=AT)
    assert stored(logins) == (FAILED,)


def test_attempts_of_yesterday_are_gone(logins: LoginStore) -> None:
    logins.change_attempts("user:1", lambda _: (None, [FAILED]), at=AT)
    later = AT + ATTEMPT_RETENTION + timedelta(seconds=1)
    assert logins.change_attempts("user:2", lambda _: (None, []), at=later) is None
    assert stored(logins) == ()


def test_made_up_names_wash_no_account_away(logins: LoginStore) -> None:
    logins.change_attempts("user:1", lambda _: (None, [FAILED]), at=AT)
    many = [Attempt(THERE, AT)] * ATTEMPTS_OF_UNKNOWN
    logins.change_attempts("name:a", lambda _: (None, [FAILED]), at=AT)
    logins.change_attempts("name:b", lambda _: (None, many), at=AT)
    assert stored(logins) == (FAILED,)
    assert stored(logins, "name:a") == ()
    assert len(stored(logins, "name:b")) == ATTEMPTS_OF_UNKNOWN


def test_an_address_is_known_for_thirty_days(logins: LoginStore) -> None:
    logins.note_address(1, HERE, AT)
    assert logins.knows_address(1, HERE, AT)
    assert not logins.knows_address(1, THERE, AT)
    assert not logins.knows_address(2, HERE, AT)
    assert not logins.knows_address(1, HERE, AT + timedelta(seconds=1))
    logins.note_address(1, THERE, AT + ADDRESS_RETENTION + timedelta(seconds=1))
    assert not logins.knows_address(1, HERE, AT)
