"""Sites in memory, so that no beacon waits for config.db."""

from dataclasses import dataclass, field

from analytics_service.domain.hosts import spellings_of
from analytics_service.domain.site import Site
from analytics_service.ports.sites import SiteStore


@dataclass(slots=True)
class SiteCache:
    """The sites as they were last read, by each of their public names."""

    by_name: dict[str, Site] = field(default_factory=dict)

    def find(self, name: str) -> Site | None:
        """Returns the site of that public id, uuid, number or domain, in any spelling; or None."""
        found = self.by_name.get(name)
        if found is None:
            others = (self.by_name.get(spelling) for spelling in spellings_of(name)[1:])
            found = next((site for site in others if site is not None), None)
        return found

    def all(self) -> list[Site]:
        """Returns all sites, each of them once."""
        return [site for name, site in self.by_name.items() if name == site.public_id]


def read_sites(config: SiteStore) -> dict[str, Site]:
    """Every site by each of its four public names; a public id goes before a domain of the same letters."""
    by_name: dict[str, Site] = {}
    for site in config.sites():
        for name in (site.public_id, site.uuid, str(site.number), site.domain):
            by_name.setdefault(name, site)
    return by_name
