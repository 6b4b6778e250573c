"""Sites in memory, so that no beacon waits for config.db."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from analytics_service.domain.site import Site
from analytics_service.domain.site_names import find_by_name, index_sites, next_expiry
from analytics_service.ports.sites import SiteStore

log = logging.getLogger(__name__)


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

    def replace(self, known: "SiteCache", *, is_start: bool = False) -> None:
        """Takes over what was read anew, and logs which sites came and went; those of a start are no news."""
        if not is_start:
            before, after = self._domains(), known._domains()
            for number in sorted(after.keys() - before.keys()):
                log.info("%s is counted from now on", after[number])
            for number in sorted(before.keys() - after.keys()):
                log.info("%s is not counted any more", before[number])
        # The parts of one cache: others hold it.
        self.by_name, self.expires_at = known.by_name, known.expires_at

    def _domains(self) -> dict[int, str]:
        return {site.number: site.domain for site in self.all()}


def read_sites(config: SiteStore, at: datetime) -> SiteCache:
    """Returns every site that is not deleted, by each name that it answers to at that instant."""
    sites = config.sites()
    return SiteCache(index_sites(sites, at), next_expiry(sites, at))
