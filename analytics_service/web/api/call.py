"""One call of the API: who asks for what, once it is allowed; and what is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from starlette.requests import Request

from analytics_service.domain.choices import shorten, suggest
from analytics_service.domain.principals import Action, Principal, authorise, can_see
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter, UnknownSite
from analytics_service.web.services import Services

SITES = "sites"
SITES_LIMIT = 100


class Reply(NamedTuple):
    """The values of an answer, and the cursor of the page that follows it."""

    body: object
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was let in; `site` is the one in its path, `given` its parameters with all values."""

    services: Services
    principal: Principal
    action: Action
    site: Site | None
    words: Mapping[str, str]
    given: Mapping[str, Sequence[str]]
    request: Request
    at: datetime

    @property
    def path(self) -> str:
        """The path that was asked for, without its query."""
        return self.request.url.path

    def require_site(self) -> Site:
        """Returns the site of the path; a route without one is a bug."""
        if self.site is None:
            raise ValueError(f"{self.path} names no site")
        return self.site

    def visible_sites(self) -> list[Site]:
        """Returns the sites that the caller may see, by their number."""
        sites = self.services.sites.all()
        return sorted(
            (site for site in sites if can_see(self.principal, self.action, site)),
            key=lambda site: site.number,
        )

    def wanted_sites(self) -> list[Site]:
        """Returns the sites that `sites` names, each once; without it, all that the caller may see.

        Raises BadParameter, and UnknownSite where there is no such site, or none that they may see.
        """
        if SITES not in self.given:
            found = self.visible_sites()
        else:
            names = self.only(SITES).split(",", SITES_LIMIT)
            if len(names) > SITES_LIMIT:
                raise BadParameter(SITES, "value", f"names more than {SITES_LIMIT} sites")
            found = list({site.number: site for site in map(self._find, names)}.values())
        if not found:
            raise UnknownSite("")
        return found

    def _find(self, name: str) -> Site:
        site = self.services.sites.find(name.strip())
        if site is None:
            raise UnknownSite(name)
        authorise(self.principal, self.action, site)
        return site

    def only(self, name: str) -> str:
        """Returns a parameter's one value. Raises BadParameter where it was given twice."""
        values = self.given[name]
        if len(values) != 1:
            raise BadParameter(name, "value", "must be given only once")
        return values[0]

    def check_parameters(self, allowed: Sequence[str]) -> None:
        """Raises BadParameter for a parameter that is not allowed here: a typo must not change a figure."""
        for name in self.given:
            if name not in allowed:
                problem = f"unknown parameter{suggest(name, allowed)}"
                raise BadParameter(shorten(name)[1:-1], "unknown", problem, allowed)
