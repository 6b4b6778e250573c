"""The pages of all sites and of realtime."""

from collections.abc import Collection

from analytics_service.domain.site import Site
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.overview_page import LAG_REASON, SITES_IN_MENU
from analytics_service.web.dashboard.page import Page
from analytics_service.web.dashboard.realtime import read_realtime
from analytics_service.web.dashboard.site_table import make_table, read_figures, search_sites
from analytics_service.web.dashboard.viewer import Viewer, may_create, site_path


async def show_sites(viewer: Viewer, address: Address, favourites: Collection[int]) -> Page:
    """Returns the table of the sites that somebody may see."""
    sites = viewer.visible_sites()
    found = search_sites(sites, address.get("search"))
    figures = await read_figures(viewer, found)
    words = viewer.formats().words.dashboard
    return Page(
        "sites.html",
        {
            "has_sites": bool(sites),
            "table": make_table(figures, favourites, address, viewer),
            "search": address.get("search"),
            "sort": address.get("sort"),
            "new_site": viewer.path("sites", "new") if may_create(viewer) else "",
            "banners": (words["lag"],) if LAG_REASON in viewer.services.unready() else (),
            "can_star": True,
        },
    )


async def show_realtime(viewer: Viewer, site: Site, address: Address) -> Page:
    """Returns the page of what is going on now; its script asks for it again when figures change."""
    return Page(
        "realtime.html",
        {
            "site": site,
            "sites": viewer.visible_sites()[:SITES_IN_MENU],
            "now": await read_realtime(viewer, site, address.at(site_path(viewer, site))),
            "overview": site_path(viewer, site),
            "stream": site_path(viewer, site, "stream"),
        },
    )
