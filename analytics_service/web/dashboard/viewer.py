"""Who looks at a page, and how they want it written."""

from dataclasses import dataclass
from datetime import datetime

from analytics_service.domain.calendars import Calendar
from analytics_service.domain.periods import local_time, zone_at
from analytics_service.domain.principals import Action, User, authorise, can_see
from analytics_service.domain.site import Site
from analytics_service.errors import Forbidden, UnknownSite
from analytics_service.web.dashboard.formats import Formats, formats_of
from analytics_service.web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A person who has signed in, at one moment; `root` stands before every address of the service."""

    services: Services
    user: User
    language: str
    root: str
    at: datetime

    def visible_sites(self) -> list[Site]:
        """Returns the sites whose figures they may see, by their domain."""
        sites = self.services.sites.all()
        return sorted(
            (site for site in sites if can_see(self.user, Action.READ_FIGURES, site)),
            key=lambda site: site.domain,
        )

    def may(self, action: Action, site: Site) -> bool:
        """Tells whether they may do that on a site."""
        return can_see(self.user, action, site)

    def formats(self, site: Site | None = None) -> Formats:
        """Returns how figures are written for them on the site's day of now."""
        at = self.at if site is None else local_time(self.at, site.zones)
        return formats_of(self.language, at.date())

    def calendar(self, site: Site) -> Calendar:
        """Returns a site's calendar, without its first day."""
        return Calendar(site.zones, site.week_start)

    def zone(self, site: Site) -> str:
        """Returns the name of a site's zone now."""
        return zone_at(self.at, site.zones)

    def path(self, *parts: str) -> str:
        """Returns the path of a page."""
        return "/".join((self.root, *parts))


def site_path(viewer: Viewer, site: Site, *parts: str) -> str:
    """Returns the path of a site's page."""
    return viewer.path("s", site.public_id, *parts)


def may_create(viewer: Viewer) -> bool:
    """Tells whether they may add a site."""
    try:
        authorise(viewer.user, Action.CREATE_SITE, None)
    except (Forbidden, UnknownSite):
        return False
    return True
