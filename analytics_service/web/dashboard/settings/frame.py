"""What the pages of a site's settings share: their tabs, the stored site, and errors at their field."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from starlette.responses import Response

from analytics_service.administering.site_administration import SiteAdministration
from analytics_service.domain.principals import Action, can_see
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter, Refused, UnknownSite
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.handlers import answer
from analytics_service.web.dashboard.page import Page
from analytics_service.web.dashboard.problems import describe_problem

T = TypeVar("T")
KNOWN_WITHIN = timedelta(seconds=3)
"""How long a worker may need to notice what was changed."""
LOOK_INTERVAL = timedelta(milliseconds=50)
TABS: Mapping[str, Action] = {
    "general": Action.CHANGE_SITE,
    "install": Action.READ_FIGURES,
    "counter": Action.CHANGE_SITE,
    "rules": Action.CHANGE_RULES,
    "drops": Action.READ_DROPS,
    "data": Action.CHANGE_SITE,
    "keys": Action.MANAGE_ACCESS,
    "people": Action.MANAGE_ACCESS,
}
"""The pages in the order in which they stand, and what somebody must have the right to do on each."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the settings, as a link."""

    href: str
    label: str
    is_current: bool


def settings_path(site: Site, *parts: str) -> str:
    """Returns the path of a page of a site's settings."""
    return "/".join((f"/s/{site.public_id}/settings", *parts))


def list_tabs(call: PageCall, site: Site, current: str) -> list[Tab]:
    """Returns the pages that the caller may open."""
    principal = call.user.principal()
    return [
        Tab(settings_path(site, name), call.words[f"tab_{name}"], name == current)
        for name, action in TABS.items()
        if can_see(principal, action, site)
    ]


async def read_site(call: PageCall) -> Site:
    """Returns the site of the path as it is stored now. Raises UnknownSite."""
    number = call.require_site().number

    def find(stores: ConfigStores) -> Site | None:
        return next((site for site in stores.sites.sites() if site.number == number), None)

    site = await call.services.dashboard.config.run(find)
    if site is None:
        raise UnknownSite("")
    return site


async def show_tab(
    call: PageCall,
    site: Site,
    tab: str,
    *,
    template: str = "",
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    **values: object,
) -> Response:
    """Returns a page of the settings with errors by field; `saved` in its address says that one was taken."""
    given = {
        "site": site,
        "tabs": list_tabs(call, site, tab),
        "tab": tab,
        "path": settings_path(site),
        # A field without an error has an empty one.
        "errors": defaultdict(str, errors or {}),
        "is_saved": call.request.method == "GET" and "saved" in call.request.query_params,
    }
    name = template or f"settings/{tab}.html"
    return await answer(call, Page(name, {**given, **values}, status))


async def administer(call: PageCall, work: Callable[[SiteAdministration], Site]) -> Site:
    """Changes a site in the caller's name, and returns it once this worker knows it. Raises Refused."""

    def run(stores: ConfigStores) -> Site:
        return work(SiteAdministration(stores, call.actor, call.at))

    site = await call.services.dashboard.config.run(run)
    wanted = site if site.deletion is None else None
    looks = KNOWN_WITHIN // LOOK_INTERVAL
    while looks and call.services.sites.find(str(site.number)) != wanted:
        looks -= 1
        await asyncio.sleep(LOOK_INTERVAL.total_seconds())
    return site


def saved(site: Site, *parts: str) -> Response:
    """Returns the way to a page after its form was taken."""
    return redirect(f"{settings_path(site, *parts)}?saved")


def explain(call: PageCall, refused: Refused, fields: Mapping[str, str], default: str) -> dict[str, str]:
    """Returns the text of an error by the field at which it stands; `fields` names those of parameters."""
    if not isinstance(refused, BadParameter):
        return {default: describe_problem(refused, call.words, "bad_value")}
    word = call.words.get(f"wrong_{refused.parameter.replace('-', '_')}", call.words["wrong_value"])
    return {fields.get(refused.parameter, default): word}


def read_lines(text: str, limit: int = 20_000) -> list[str]:
    """Returns the entries of a list that was typed, one a line or with commas between them."""
    return [part.strip() for part in text[:limit].replace(",", "\n").splitlines() if part.strip()]
