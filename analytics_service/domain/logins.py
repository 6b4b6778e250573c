"""Failed logins: how long an account waits for the next try. No stranger can shut anybody out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_TRIES = 3
"""So many wrong passwords cost no wait."""
MAX_DELAY = timedelta(seconds=30)
ATTEMPT_RETENTION = timedelta(hours=24)
ADDRESS_RETENTION = timedelta(days=30)
"""How long an address is known from which an account signed in."""
ATTEMPTS_LIMIT = 100
"""Of one account; the oldest go first."""
ATTEMPTS_OF_UNKNOWN = 10_000
"""Of all names that no account has."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A wrong password, or where it `waits` an address that was told to come back at that time."""

    address: bytes
    at: datetime
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a try is checked: `wait` is zero then. `attempts` are what is to be stored of the account."""

    wait: timedelta
    attempts: tuple[Attempt, ...]


def delay_after(failures: int) -> timedelta:
    """Returns how long after so many failures the next try waits: it doubles, up to MAX_DELAY."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(MAX_DELAY, timedelta(seconds=2 ** min(failures - FREE_TRIES, 10)))


def admit_attempt(attempts: Sequence[Attempt], address: bytes, at: datetime, *, is_known: bool) -> Verdict:
    """Decides on a try from an address, whose keyed hash is given.

    A try that is checked counts as failed until it succeeds, so that many at once are no way round. A known
    address waits for its own failures only. Any other waits for all of the account's, and has its turn when
    the wait that it was told is over, however often others try meanwhile.
    """
    stored = tuple(one for one in attempts if at - one.at < ATTEMPT_RETENTION)
    failures = [one for one in stored if not one.waits and (not is_known or one.address == address)]
    last = max((one.at for one in failures), default=at - ATTEMPT_RETENTION)
    wait = min(last + delay_after(len(failures)) - at, MAX_DELAY)
    promised = next((one for one in stored if one.waits and one.address == address), None)
    if promised is not None and promised.at <= at:
        wait = timedelta(0)
    if wait > timedelta(0):
        if promised is None:
            return Verdict(wait, _bounded((*stored, Attempt(address, at + wait, waits=True))))
        return Verdict(min(wait, promised.at - at), stored)
    left = tuple(one for one in stored if one is not promised)
    return Verdict(timedelta(0), _bounded((*left, Attempt(address, at))))


def forgive(attempts: Sequence[Attempt], address: bytes, *, is_whole: bool) -> tuple[Attempt, ...]:
    """Returns what is left after a success: without all failures of the address, or without its latest."""
    own = [one for one in attempts if one.address == address and not one.waits]
    gone = own if is_whole else own[-1:]
    return tuple(one for one in attempts if one not in gone)


def _bounded(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    return attempts[-ATTEMPTS_LIMIT:]
