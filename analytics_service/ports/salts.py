"""Salts as they are stored: one for each site and local day."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol


class SaltStore(Protocol):
    """Salts of sites by local day; every call may raise Unavailable."""

    def salts(self, since: date) -> dict[int, dict[date, bytes]]:
        """Returns the salts of that local day and later, by the site's number."""
        ...

    def days(self) -> dict[int, set[date]]:
        """Returns the local days that have a salt, by the site's number, without reading a salt."""
        ...

    def offer_salts(self, candidates: Iterable[tuple[int, date, bytes]]) -> None:
        """Offers salts for sites' local days: the first candidate offered for a day wins."""
        ...

    def destroy_salts(self, before: Mapping[int, date]) -> None:
        """Destroys each site's salts of the days before the given one."""
        ...
