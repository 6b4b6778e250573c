"""Failed logins: who waits, for how long, and that nobody is shut out."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics_service.domain.logins import (
    ATTEMPT_RETENTION,
    ATTEMPTS_LIMIT,
    MAX_DELAY,
    Attempt,
    admit_attempt,
    delay_after,
    forgive,
)

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
OWNER, STRANGER = b"owner", b"stranger"
SECOND = timedelta(seconds=1)


def test_the_delay_doubles_up_to_thirty_seconds() -> None:
    assert [delay_after(n).total_seconds() for n in range(10)] == [0, 0, 0, 1, 2, 4, 8, 16, 30, 30]
    assert delay_after(10_000) == MAX_DELAY


def test_twenty_wrong_passwords_of_one_address_are_slowed_and_refused() -> None:
    stored: tuple[Attempt, ...] = ()
    checked = 0
    for second in range(20):
        verdict = admit_attempt(stored, STRANGER, AT + second * SECOND / 10, is_known=False)
        stored = verdict.attempts
        checked += not verdict.wait
    assert checked == 4
    # The right password waits too.
    assert admit_attempt(stored, STRANGER, AT + 2 * SECOND, is_known=False).wait > timedelta(0)


def test_many_at_once_are_no_way_round() -> None:
    stored: tuple[Attempt, ...] = ()
    checked = 0
    for number in range(50):
        verdict = admit_attempt(stored, bytes([number]), AT, is_known=False)
        stored, checked = verdict.attempts, checked + (not verdict.wait)
    assert checked == 3


def test_a_known_address_waits_for_its_own_failures_only() -> None:
    stored = tuple(Attempt(STRANGER, AT) for _ in range(20))
    assert admit_attempt(stored, OWNER, AT, is_known=True).wait == timedelta(0)
    assert admit_attempt(stored, OWNER, AT, is_known=False).wait == MAX_DELAY
    own = tuple(Attempt(OWNER, AT) for _ in range(5))
    assert admit_attempt((*stored, *own), OWNER, AT, is_known=True).wait == delay_after(5)


def test_strangers_who_never_rest_shut_nobody_out() -> None:
    """Twenty addresses try each second; who is told to come back has their turn then."""
    stored: tuple[Attempt, ...] = tuple(Attempt(STRANGER, AT) for _ in range(20))
    verdict = admit_attempt(stored, OWNER, AT, is_known=False)
    stored, comes_back = verdict.attempts, AT + verdict.wait
    assert verdict.wait == MAX_DELAY
    for second in range(1, 30):
        for number in range(20):
            stored = admit_attempt(stored, bytes([number]), AT + second * SECOND, is_known=False).attempts
    assert admit_attempt(stored, OWNER, comes_back - SECOND, is_known=False).wait == SECOND
    let_in = admit_attempt(stored, OWNER, comes_back, is_known=False)
    assert let_in.wait == timedelta(0)
    # The turn is used up.
    assert admit_attempt(let_in.attempts, OWNER, comes_back, is_known=False).wait == MAX_DELAY
    assert len(let_in.attempts) <= ATTEMPTS_LIMIT


def test_a_day_later_all_is_forgotten() -> None:
    stored = tuple(Attempt(STRANGER, AT) for _ in range(20))
    verdict = admit_attempt(stored, STRANGER, AT + ATTEMPT_RETENTION, is_known=False)
    assert verdict.attempts == (Attempt(STRANGER, AT + ATTEMPT_RETENTION),)


@pytest.mark.parametrize(("is_whole", "left"), [(True, 1), (False, 3)])
def test_a_success_forgives_the_address(is_whole: bool, left: int) -> None:
    stored = (
        Attempt(STRANGER, AT),
        Attempt(OWNER, AT),
        Attempt(OWNER, AT + SECOND),
        Attempt(OWNER, AT + 2 * SECOND),
    )
    assert len(forgive(stored, OWNER, is_whole=is_whole)) == left
