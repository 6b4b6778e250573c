"""Addresses out of the settings: where the dashboard and where the public part is."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from analytics_service.domain.hosts import origin_of

_PUBLIC = re.compile(r"/(?:v|v\.gif|v/.*|[vwf]\.js|w/.*|badge/.*|widget(?:/.*)?|demo)")


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
    def own_origin(self) -> str:
        """The origin that is the dashboard's alone; "" where it shares one."""
        origin = origin_of(self.dashboard_url) if self.dashboard_url else None
        public = origin_of(origin_part(self.public_url)) if self.public_url else None
        return origin if origin is not None and origin != public else ""


def is_public_path(path: str) -> bool:
    """Tells whether a path is one of beacons, scripts, outlets, builder and demo: what needs no account."""
    return _PUBLIC.fullmatch(path) is not None


def origin_part(url: str) -> str:
    """Returns scheme, host and port of a URL, as they are written."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
