"""The page of a site's overview, whole or in parts, and its rows as CSV."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analytics_service.domain.comparisons import Earlier
from analytics_service.domain.filters import DIMENSIONS
from analytics_service.domain.principals import Action
from analytics_service.domain.query import Query
from analytics_service.domain.ranges import resolve
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.call import page_words
from analytics_service.web.dashboard.counter_strip import CounterStrip, read_counter
from analytics_service.web.dashboard.day_notes import read_notes
from analytics_service.web.dashboard.drawer import read_drawer, write_rows
from analytics_service.web.dashboard.filter_form import FIELDS, make_chips, read_form
from analytics_service.web.dashboard.first_view import SKIP, has_figures, show_onboarding
from analytics_service.web.dashboard.overview import (
    NO_COMPARISON,
    read_overview,
    read_panel,
    read_query,
)
from analytics_service.web.dashboard.page import Download, Outcome, Page, Redirect
from analytics_service.web.dashboard.panels import DETAIL, PANELS
from analytics_service.web.dashboard.problems import describe_problem
from analytics_service.web.dashboard.range_menu import Choice, make_range_menu
from analytics_service.web.dashboard.viewer import Viewer, site_path

LAG_REASON = "the applier is behind"
SITES_IN_MENU = 30
DRAWER, COUNTER = "drawer", "counter"
_RANGE = ("period", "from", "to")


async def show_overview(viewer: Viewer, site: Site, address: Address, part: str) -> Outcome:
    """Returns the overview; `part` names a panel, the drawer, or the counter, that is wanted alone."""
    if part == COUNTER:
        strip = await read_counter(viewer, site)
        return Page(
            "counter_alone.html", {"site": site, "strip": strip, "links": _links(viewer, site, address)}
        )
    is_empty = not await has_figures(viewer, site)
    if is_empty and not address.get(SKIP):
        return await show_onboarding(viewer, site, address)
    try:
        if (elsewhere := read_form(address)) is not None:
            return Redirect(str(_tidy(elsewhere)))
        if (tidied := _tidy(address)) != address:
            return Redirect(str(tidied))
        query = read_query(site, address)
        if part in PANELS:
            panel = await read_panel(viewer, site, query, address, part)
            return Page("panel_alone.html", {"panel": panel})
        drawer = await read_drawer(viewer, site, query, address)
        if part == DRAWER:
            return Page("drawer.html", {"drawer": drawer}) if drawer else Page("nothing.html")
        period = resolve(query.period, viewer.calendar(site), viewer.at)
        notes = await read_notes(viewer, site, period.first, period.last)
        figures, panels = await read_overview(viewer, site, query, address, notes)
    except BadParameter as error:
        return _refuse(viewer, site, address, error)
    strip = await read_counter(viewer, site)
    values = {
        **_bar(viewer, site, query, address, strip),
        "figures": figures,
        "panels": panels,
        "drawer": drawer,
        "chips": make_chips(query.filters, address, viewer.formats(site), viewer.language),
        "hidden_metric": address.without("metrics", *DETAIL).pairs,
        "banners": _banners(viewer, site, is_empty=is_empty),
    }
    return Page("overview.html", values)


async def save_rows(viewer: Viewer, site: Site, address: Address) -> Outcome:
    """Returns the rows of a drawer as CSV. Raises BadParameter, NotKept, TooHeavy, Unavailable."""
    query = read_query(site, address)
    body = await write_rows(viewer, site, query, address)
    day = viewer.calendar(site).today(viewer.at)
    return Download(f"{site.public_id}-{address.get('detail')}-{day}.csv", body)


def _tidy(address: Address) -> Address:
    """Returns the address without what a form sent empty; days of one's own take the place of a period."""
    kept = tuple(pair for pair in address.pairs if pair[1] or pair[0] == "filter")
    tidied = replace(address, pairs=kept)
    if (first := tidied.get("compare_from")) and (last := tidied.get("compare_to")):
        tidied = tidied.without("compare_from", "compare_to").having(compare=f"{first}/{last}")
    return tidied.without("period") if "from" in tidied.given and "to" in tidied.given else tidied


def _bar(
    viewer: Viewer, site: Site, query: Query, address: Address, strip: CounterStrip
) -> Mapping[str, Any]:
    """Returns what the bar, the menus and the footer of a site's page need."""
    formats = viewer.formats(site)
    base = address.without(*DETAIL)
    return {
        "site": site,
        "sites": viewer.visible_sites()[:SITES_IN_MENU],
        "strip": strip,
        "ranges": make_range_menu(query.period, viewer.calendar(site), viewer.at, base, formats),
        "hidden_range": base.without(*_RANGE).pairs,
        "comparisons": _comparisons(viewer, query, base),
        "hidden_compare": base.without("compare").pairs,
        "form": {
            "hidden": base.without(*FIELDS).pairs,
            "dimensions": [(word, formats.words.dashboard[f"dimension_{word}"]) for word in DIMENSIONS],
        },
        "links": _links(viewer, site, base),
        "updated": f"{viewer.calendar(site).localize(viewer.at):%H:%M}",
        "zone": viewer.zone(site),
    }


def _links(viewer: Viewer, site: Site, base: Address) -> Mapping[str, str]:
    can_change = viewer.may(Action.CHANGE_SITE, site)
    return {
        "unfiltered": str(base.without("filter")),
        "last_28": str(base.without(*_RANGE, "filter").having(period="28d")),
        "help": str(base.having(help="keys")),
        "stream": site_path(viewer, site, "stream"),
        "widget": site_path(viewer, site, "settings", "counter") if can_change else "",
        "settings": site_path(viewer, site, "settings", "general" if can_change else "install"),
        "annotate": site_path(viewer, site, "notes"),
    }


def _comparisons(viewer: Viewer, query: Query, base: Address) -> tuple[Choice, ...]:
    words = viewer.formats().words.dashboard
    choices = [
        Choice(
            words["compare_previous"], str(base.without("compare")), "", query.comparison is Earlier.PREVIOUS
        ),
        Choice(words["compare_year"], str(base.having(compare="year")), "", query.comparison is Earlier.YEAR),
        Choice(words["compare_none"], str(base.having(compare=NO_COMPARISON)), "", query.comparison is None),
    ]
    return tuple(choices)


def _banners(viewer: Viewer, site: Site, *, is_empty: bool) -> tuple[str, ...]:
    words = viewer.formats(site).words.dashboard
    banners = [words["no_data_banner"]] if is_empty else []
    return (*banners, words["lag"]) if LAG_REASON in viewer.services.unready() else tuple(banners)


def _refuse(viewer: Viewer, site: Site, address: Address, error: BadParameter) -> Page:
    """Returns the page that says which parameter is wrong, and leads back."""
    word = "bad_filter" if error.parameter == "filter" else "bad_address"
    values = {
        "site": site,
        "problem": describe_problem(error, page_words(viewer.language), word),
        "back": site_path(viewer, site),
    }
    return Page("refused.html", values, 400)
