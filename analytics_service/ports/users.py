"""Accounts, as they are stored."""

from collections.abc import Callable
from typing import Protocol

from analytics_service.domain.accounts import Account

Change = Callable[[Account, int], Account | None]
"""An account and how many other administrators there are in; the account as it shall be out, or None."""


class UserStore(Protocol):
    """Accounts, written rarely and briefly by any process; every call may raise Unavailable."""

    def users(self) -> list[Account]:
        """Returns all accounts by their names."""
        ...

    def has_users(self) -> bool:
        """Tells whether there is any account."""
        ...

    def find_user(self, name: str) -> Account | None:
        """Returns the account of that name in its normal form; None where there is none."""
        ...

    def user(self, user_id: int) -> Account | None:
        """Returns the account of that number; None where there is none."""
        ...

    def add_user(
        self, account: Account, *, token_hash: bytes | None = None, is_first: bool = False
    ) -> Account:
        """Stores a new account and returns it with its number, which no other account ever gets.

        A one-time code or link of that hash is used up in the same step; Refused is raised where it is gone,
        where the name is taken, and for the first account where there is any other.
        """
        ...

    def change_user(
        self, user_id: int, change: Change, *, ends_sessions: bool = False, token_hash: bytes | None = None
    ) -> Account | None:
        """Changes an account in one step with what `change` raises or returns; None where there is none.

        With `ends_sessions` all its sessions end. What a removed account had is removed with it: sessions,
        links, roles. A one-time link of that hash is used up; Refused is raised where it is gone.
        """
        ...
