"""Addresses out of the settings: where the dashboard and where the public part is."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from analytics_service.domain.hosts import origin_of


@dataclass(frozen=True, slots=True)
class DashboardAddress:
    """Addresses out of the settings, without a slash at the end; "" for one that is not set."""

    dashboard_url: str
    public_url: str

    @property
    def link_base(self) -> str:
        """What links in mails begin with; "" where no address is set."""
        return self.dashboard_url or self.public_url

    @property
    def own_host(self) -> str:
        """The origin that is the dashboard's alone; "" where it shares one."""
        origin = origin_of(self.dashboard_url) if self.dashboard_url else None
        public = origin_of(origin_part(self.public_url)) if self.public_url else None
        return origin if origin is not None and origin != public else ""


def origin_part(url: str) -> str:
    """Returns scheme, host and port of a URL, as they are written."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
