"""Sites that everybody may see the figures of."""

from analytics_service.domain.site import Site
from analytics_service.errors import UnknownSite
from analytics_service.web.services import Services


def find_public_site(services: Services, name: str) -> Site | None:
    """Returns the site of that public id; None where there is none, or where it is private."""
    site = services.sites.find(name)
    return site if site is not None and site.public else None


def require_public_site(services: Services, name: str) -> Site:
    """Returns the site of that public id. Raises UnknownSite for none and for a private one alike."""
    site = find_public_site(services, name)
    if site is None:
        raise UnknownSite("")
    return site
