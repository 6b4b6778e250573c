"""Deleting a site and bringing it back: one way for command line, page and API."""

from dataclasses import replace
from datetime import datetime

from analytics_service.administering.sites import find_site
from analytics_service.domain.hosts import normal_host
from analytics_service.domain.site import Deletion, Site
from analytics_service.domain.site_names import find_by_name, index_sites
from analytics_service.errors import BadParameter, Refused, UnknownSite
from analytics_service.ports.removals import SiteRemovals
from analytics_service.ports.sites import SiteStore


def check_confirmation(site: Site, typed: str) -> None:
    """Raises BadParameter where what somebody typed, to show that they mean it, is not the site's domain."""
    if normal_host(typed.strip()) != site.domain:
        raise BadParameter("domain", "value", f"type {site.domain} to delete the site")


def delete_site(sites: SiteStore, name: str, *, at: datetime, by: str) -> Site:
    """Deletes a site and returns it: from now on it is unknown to everybody, and its names stay reserved.

    Until `site.deletion.ends_at` it can be restored; then the applier removes everything of it. Raises
    UnknownSite.
    """
    number = find_site(sites, name, at).number
    return sites.change_site(number, lambda site: replace(site, deletion=site.deletion or Deletion(at, by)))


def find_deleted_site(sites: SiteStore, name: str, at: datetime) -> Site:
    """Returns the deleted site that answered to a name. Raises UnknownSite."""
    site = find_by_name(index_sites(sites.deleted_sites(), at), name)
    if site is None:
        raise UnknownSite(name)
    return site


def restore_site(sites: SiteStore, removals: SiteRemovals, name: str, *, at: datetime) -> Site:
    """Brings a deleted site back with everything but what came meanwhile, and returns it.

    Raises UnknownSite, and Refused where its removal has begun.
    """
    number = find_deleted_site(sites, name, at).number

    def restore(site: Site) -> Site:
        # Read within the change: no removal begins between the two.
        if number in removals.removed():
            raise Refused(f"{site.domain} is being removed and cannot be restored any more")
        return replace(site, deletion=None)

    return sites.change_site(number, restore)
