"""Favourites: the sites that somebody wants to see first."""

from typing import Protocol


class FavouriteStore(Protocol):
    """The favourite sites of each account; every call may raise Unavailable."""

    def favourites(self, account: str) -> frozenset[int]:
        """Returns the numbers of an account's favourite sites."""
        ...

    def set_favourite(self, account: str, site: int, *, is_on: bool) -> None:
        """Makes a site a favourite of an account, or no longer."""
        ...
