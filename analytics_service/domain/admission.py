"""Whether a well-formed beacon is counted."""

import ipaddress
from functools import lru_cache

from analytics_service.domain import urls
from analytics_service.domain.beacons import Beacon
from analytics_service.domain.client import Client
from analytics_service.domain.drops import Drop
from analytics_service.domain.hosts import ANY_HOST, is_own_host
from analytics_service.domain.networks import Network, networks
from analytics_service.domain.pages import fits
from analytics_service.domain.site import Site


def judge(beacon: Beacon, page: str, client: Client, site: Site) -> Drop | None:
    """Returns why the beacon is not counted, as far as its site's owner and its sender decide; or None."""
    if site.paused:
        return Drop.PAUSED
    if client.prefetch:
        return Drop.PREFETCH
    if not (_is_host_of(site, beacon.page.host) and _is_origin_of(site, client.origin)):
        return Drop.HOSTNAME
    rules = site.rules
    if client.opts_out and rules.honours_signals:
        return Drop.OPT_OUT
    if rules.excluded_networks and _is_within(client.address, rules.excluded_networks):
        return Drop.EXCLUDED_ADDRESS
    if fits(page, rules.excluded_pages):
        return Drop.EXCLUDED_PAGE
    return None


def _is_host_of(site: Site, host: str) -> bool:
    # The image form without an address names no host.
    return not host or ANY_HOST in site.host_names or is_own_host(host, site.host_names)


def refused_host(beacon: Beacon, client: Client, site: Site) -> str:
    """Returns the host for which a beacon is dropped as `hostname`: its page's, or of who shows the page."""
    if not _is_host_of(site, beacon.page.host):
        return beacon.page.host
    return urls.host_of(client.origin or "")


def _is_origin_of(site: Site, origin: str | None) -> bool:
    if origin is None or ANY_HOST in site.host_names:
        return True
    host = urls.host_of(origin)
    return bool(host) and _is_host_of(site, host)


def _is_within(address: str, excluded: frozenset[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _networks(excluded))


@lru_cache(maxsize=1024)
def _networks(texts: frozenset[str]) -> tuple[Network, ...]:
    return networks(texts)
