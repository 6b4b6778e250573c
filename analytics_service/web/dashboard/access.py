"""Who may use the dashboard from where: on an origin of its own, or from this machine."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

from analytics_service.domain.hosts import is_own_host, normal_host, origin_of
from analytics_service.errors import AnalyticsError
from analytics_service.web.address import origin_part
from analytics_service.web.intake.client import client_of
from analytics_service.web.services import Services

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class NotHere(AnalyticsError):
    """The dashboard answers on another host; on this one there is no such page."""


class NoOwnOrigin(AnalyticsError):
    """Nobody can sign in here; `key` names the text that says what to do about it."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Access:
    """Over which origin somebody comes; `is_https` decides which cookie is theirs."""

    origin: str
    is_https: bool


def admit(request: Request, services: Services) -> Access:
    """Returns over which origin a request comes. Raises NotHere, NoOwnOrigin."""
    address = services.dashboard.address
    client = client_of(request, services.proxies)
    host = request.headers.get("host", "")
    if is_loopback(client.address) and _host_name(host) in LOOPBACK_NAMES:
        return Access(f"http://{host}".lower(), is_https=False)
    if not address.link_base:
        raise NoOwnOrigin("local_only")
    origin = origin_of(origin_part(address.link_base))
    if origin is None or origin_of(f"{urlsplit(origin).scheme}://{host}") != origin:
        raise NotHere
    if not address.dashboard_url:
        _check_own_origin(address.public_url, services)
    return Access(origin, is_https=origin.startswith("https:"))


def _check_own_origin(public_url: str, services: Services) -> None:
    """Raises NoOwnOrigin where scripts of a counted site could act as whoever is signed in."""
    parts = urlsplit(public_url)
    host = normal_host(parts.hostname or "")
    if parts.path.strip("/"):
        raise NoOwnOrigin("shared_origin")
    for site in services.sites.all():
        if is_own_host(host, site.host_names):
            raise NoOwnOrigin("shared_origin")


def is_local_origin(origin: str) -> bool:
    """Tells whether an origin is one of this machine."""
    return urlsplit(origin).hostname in LOOPBACK_NAMES


def is_loopback(address: str) -> bool:
    """Tells whether an address is one of this machine."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _host_name(host: str) -> str:
    return (urlsplit(f"//{host}").hostname or "") if host.isascii() and host.isprintable() else ""
