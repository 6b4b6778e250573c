"""Sites in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from analytics_service.domain.site import Site
from analytics_service.ports.sites import SiteStore


@dataclass(slots=True)
class SiteCache:
    """Sites and salts in memory, so that no beacon waits for them."""

    by_name: dict[str, Site] = field(default_factory=dict)
    salts: Mapping[int, Mapping[date, bytes]] = field(default_factory=dict)
    salts_version: int = 0

    def replace_salts(self, salts: Mapping[int, Mapping[date, bytes]]) -> None:
        """Takes in the salts that hold now; the former ones are gone with it."""
        self.salts = salts
        self.salts_version += 1

    def site(self, name: str) -> Site | None:
        """The site of that public id, uuid, number or domain."""
        return self.by_name.get(name)

    def sites(self) -> list[Site]:
        """All sites."""
        return [site for name, site in self.by_name.items() if name == site.public_id]


def read_sites(config: SiteStore) -> dict[str, Site]:
    """Every site by each of its four public names; a public id goes before a domain of the same letters."""
    by_name: dict[str, Site] = {}
    for site in config.sites():
        for name in (site.public_id, site.uuid, str(site.number), site.domain):
            by_name.setdefault(name, site)
    return by_name
