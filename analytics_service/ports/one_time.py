"""Codes and links that work once, as they are stored."""

from datetime import datetime, timedelta
from typing import Protocol

from analytics_service.domain.one_time import OneTime, Purpose


class OneTimeStore(Protocol):
    """One-time codes and links; UserStore uses them up. Every call may raise Unavailable."""

    def add_one_time(self, one: OneTime, *, is_only: bool = False) -> None:
        """Stores a new one; with `is_only` others of its purpose and user end. Very old ones are deleted.

        Raises Refused for a code for the first account where there is an account.
        """
        ...

    def find_one_time(self, token_hash: bytes) -> OneTime | None:
        """Returns the one of that hash, valid or not; None where it was never made or is used up."""
        ...

    def one_times(self, purpose: Purpose) -> list[OneTime]:
        """Returns all of a purpose, newest first."""
        ...

    def end_one_time(self, token_hash: bytes) -> OneTime | None:
        """Ends one and returns it; None where there is none."""
        ...

    def take_turn(self, name: str, at: datetime, pause: timedelta) -> bool:
        """Tells whether the last turn of that name, in any process, is that long ago, and takes it then."""
        ...
