"""Sites and salts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Protocol

from analytics_service.domain.site import Site


class ConfigStore(Protocol):
    """Sites and salts."""

    def version(self) -> int:
        """Differs once another connection has changed anything."""
        ...

    def sites(self) -> list[Site]:
        """All sites, oldest first."""
        ...

    def add_site(self, site: Site) -> Site:
        """Stores a new site and gives it its number. Raises Refused where its domain is taken."""
        ...

    def change_site(self, number: int, change: Callable[[Site], Site]) -> Site:
        """Stores what `change` makes of a site as it is now, and returns it. Raises UnknownSite.

        No other change comes between the reading and the writing; what `change` raises leaves all as it was.
        """
        ...

    def salts(self, since: date) -> dict[int, dict[date, bytes]]:
        """The salts of that local day and later, by site's number."""
        ...

    def offer_salts(self, candidates: Iterable[tuple[int, date, bytes]]) -> None:
        """The first candidate offered for a site's local day wins."""
        ...

    def destroy_salts(self, before: Mapping[int, date]) -> None:
        """Destroys each site's salts of the days before the given one."""
        ...
