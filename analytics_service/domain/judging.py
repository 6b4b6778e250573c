"""Whether a well-formed beacon is counted."""

from analytics_service.domain import urls
from analytics_service.domain.beacons import Beacon
from analytics_service.domain.model import Client, Drop, Site

ANY_HOST = "*"


def judge(beacon: Beacon, client: Client, site: Site) -> Drop | None:
    """Why the beacon is not counted, or None."""
    if site.paused:
        return Drop.PAUSED
    if client.prefetch:
        return Drop.PREFETCH
    if not (_is_host_of(site, beacon.page.host) and _is_origin_of(site, client.origin)):
        return Drop.HOSTNAME
    if beacon.webdriver:
        return Drop.BOT
    return None


def _is_host_of(site: Site, host: str) -> bool:
    # The image form without an address names no host.
    if not host or ANY_HOST in site.host_names or host in site.host_names:
        return True
    _, dot, rest = host.partition(".")
    while dot:
        if f"*.{rest}" in site.host_names:
            return True
        _, dot, rest = rest.partition(".")
    return False


def _is_origin_of(site: Site, origin: str | None) -> bool:
    if origin is None or ANY_HOST in site.host_names:
        return True
    host = urls.host_of(origin)
    return bool(host) and _is_host_of(site, host)


def host_names_of(domain: str, more: tuple[str, ...] = ()) -> frozenset[str]:
    """A site's own host names: its domain, `www.` before it, and those allowed besides."""
    return frozenset({domain, f"www.{domain}", *(urls.normal_host(name) for name in more)})
