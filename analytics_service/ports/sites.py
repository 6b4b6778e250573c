"""Sites as they are stored, with their zones and host names."""

from collections.abc import Callable
from typing import Protocol

from analytics_service.domain.site import Site, ZoneSince


class SiteStore(Protocol):
    """Sites, written rarely and briefly by any process; every call may raise Unavailable."""

    def version(self) -> int:
        """Returns a number that differs once another connection has changed anything."""
        ...

    def has_sites(self) -> bool:
        """Returns whether there is or ever was any site, one that this release cannot read included."""
        ...

    def sites(self) -> list[Site]:
        """Returns all sites that are not deleted, oldest first; one that cannot be read is left out."""
        ...

    def deleted_sites(self) -> list[Site]:
        """Returns the deleted sites of which something is left, oldest first."""
        ...

    def zones(self) -> dict[int, tuple[ZoneSince, ...]]:
        """Returns each site's zones by its number, deleted ones too, without those that cannot be read."""
        ...

    def host_names(self) -> dict[int, frozenset[str]]:
        """Returns each site's own host names by its number."""
        ...

    def add_site(self, site: Site) -> Site:
        """Stores a new site and gives it its number. Raises NameTaken where a name of it is another's."""
        ...

    def change_site(self, number: int, change: Callable[[Site], Site]) -> Site:
        """Stores what `change` makes of a site as it is now, deleted or not, and returns it.

        Raises UnknownSite, and NameTaken where a new domain or public id is, or was, another site's.

        No other change comes between the reading and the writing; what `change` raises leaves all as it was.
        """
        ...
