"""Sites in memory, so that no beacon waits for config.db."""

from dataclasses import dataclass, field
from datetime import datetime

from analytics_service.domain.site import Site
from analytics_service.domain.site_names import find_by_name, index_sites, next_expiry
from analytics_service.ports.sites import SiteStore


@dataclass(slots=True)
class SiteCache:
    """The sites as they were last read, by each of their public names."""

    by_name: dict[str, Site] = field(default_factory=dict)
    expires_at: datetime | None = None
    """When a public id of before ceases to be answered, so that the names must be read again."""

    def find(self, name: str) -> Site | None:
        """Returns the site of that name, in any spelling; or None."""
        found = self.by_name.get(name)
        return find_by_name(self.by_name, name) if found is None else found

    def all(self) -> list[Site]:
        """Returns all sites, each of them once."""
        return [site for name, site in self.by_name.items() if name == site.public_id]


def read_sites(config: SiteStore, at: datetime) -> SiteCache:
    """Returns every site that is not deleted, by each name that it answers to at that instant."""
    sites = config.sites()
    return SiteCache(index_sites(sites, at), next_expiry(sites, at))
