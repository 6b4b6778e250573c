"""Failed logins, and addresses from which accounts signed in, as they are stored."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from analytics_service.domain.logins import Attempt

T = TypeVar("T")


class LoginStore(Protocol):
    """Attempts by whom they were for: `user:NUMBER`, or for a name that no account has another text.

    Addresses are keyed hashes, whose key only a running service knows. Every call may raise Unavailable.
    """

    def change_attempts(
        self, who: str, change: Callable[[tuple[Attempt, ...]], tuple[T, Sequence[Attempt]]], *, at: datetime
    ) -> T:
        """Replaces the stored attempts in one step, and returns what `change` returned first.

        Attempts of long ago are deleted, and of names without an account those above a limit.
        """
        ...

    def note_address(self, user: int, address: bytes, at: datetime) -> None:
        """Notes that an account signed in from an address; what is older than 30 days is deleted."""
        ...

    def knows_address(self, user: int, address: bytes, since: datetime) -> bool:
        """Tells whether an account signed in from an address since then."""
        ...
