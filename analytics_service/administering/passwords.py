"""Passwords: which are accepted, and their argon2id hashes, made by few threads at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from analytics_service.domain.accounts import (
    MIN_PASSWORD,
    PASSWORD_LIMIT,
    check_password_length,
    normal_password,
)
from analytics_service.errors import BadParameter, Unavailable

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")
THREADS = 2
"""How many passwords are hashed at once: each takes 64 MiB."""
QUEUE_LIMIT = 16
"""How many may be hashed or wait; who comes after them is asked to come back."""
QUEUE_PAUSE = timedelta(seconds=2)
"""After which who was refused may come back."""
MIN_DIFFERENT = 4
"""How many different characters a password has at least."""


@cache
def _hasher() -> "PasswordHasher":
    # Imported with the first password: a start needs none. Its defaults are those of RFC 9106.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


@cache
def _common_passwords() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


@cache
def decoy_hash() -> str:
    """Returns the hash that is checked where there is no account, so that the answer takes as long."""
    return hash_password("nobody has this password")


def check_password(password: str, *, has_factor: bool, name: str = "") -> None:
    """Raises BadParameter for a password that is too short, too long, or among the first that are tried."""
    text = normal_password(password)
    check_password_length(text, has_factor=has_factor)
    plain = text.casefold()
    half = plain[: len(plain) // 2]
    # Also what was only made longer: twice, or with digits and signs at its end.
    shorter = {plain, plain.rstrip("0123456789!.@#$ "), half if plain == 2 * half else plain}
    is_of_name = bool(name) and name in plain and len(plain) - len(name) < MIN_PASSWORD
    if shorter & _common_passwords() or len(set(plain)) < MIN_DIFFERENT or is_of_name:
        raise BadParameter("password", "common", "this password is among the first that are tried")


def hash_password(password: str) -> str:
    """Returns the argon2id hash of a password, with its parameters. It takes a tenth of a second."""
    return _hasher().hash(normal_password(password))


def is_password_of(stored: str, password: str) -> bool:
    """Tells whether a stored hash is that of the password."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if len(password) > PASSWORD_LIMIT:
        return False
    try:
        return _hasher().verify(stored, normal_password(password))
    except (VerificationError, InvalidHashError):
        return False


class PasswordPool:
    """Hashes beside the event loop: THREADS at once, a bounded queue behind them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Returns the hash of a password. Raises Unavailable where too many wait."""
        return await self._run(partial(hash_password, password))

    async def is_password_of(self, stored: str | None, password: str) -> bool:
        """Tells whether the hash is that of the password; without one it takes as long, and is not.

        Raises Unavailable where too many wait.
        """
        # What is too long is refused unhashed, whoever it is for.
        if len(password) > PASSWORD_LIMIT:
            return False
        is_right = await self._run(lambda: is_password_of(stored or decoy_hash(), password))
        return is_right and stored is not None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= QUEUE_LIMIT:
            raise Unavailable("too many passwords are being checked", int(QUEUE_PAUSE.total_seconds()))
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Ends the threads once their work is done."""
        self._threads.shutdown(wait=True, cancel_futures=True)
