"""The rules of a site: what it counts, and how pages are told apart."""

from collections.abc import Mapping

from starlette.responses import Response

from analytics_service.administering.rules import RuleChanges
from analytics_service.administering.sites import SiteChanges
from analytics_service.domain.site import RobotLevel, Site
from analytics_service.errors import Refused
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.settings.frame import (
    administer,
    explain,
    read_lines,
    read_site,
    saved,
    show_tab,
)

TAB = "rules"
LISTS = ("excluded_networks", "excluded_pages", "excluded_countries", "page_keys", "unmasked_pages")
SWITCHES = ("honours_signals", "index_files")
FIELDS = {
    "excluded-address": "excluded_networks",
    "excluded-page": "excluded_pages",
    "excluded-country": "excluded_countries",
    "page-key": "page_keys",
    "unmasked-page": "unmasked_pages",
    "robots": "robots",
}


async def show_rules(call: PageCall) -> Response:
    """`GET /s/{site}/settings/rules`: answers with the form."""
    site = await read_site(call)
    return await _show(call, site, _values_of(site))


async def take_rules(call: PageCall) -> Response:
    """`POST /s/{site}/settings/rules`: changes what is counted from now on."""
    given = {name: call.form.get(name, "")[:20_000] for name in (*LISTS, *SWITCHES, "robots")}
    lists = {name: read_lines(given[name]) for name in LISTS}
    changes = RuleChanges(
        excluded_networks=lists["excluded_networks"],
        excluded_pages=lists["excluded_pages"],
        excluded_countries=lists["excluded_countries"],
        page_keys=lists["page_keys"],
        unmasked_pages=lists["unmasked_pages"],
        robots=given["robots"],
        honours_signals=bool(given["honours_signals"]),
        index_files=bool(given["index_files"]),
    )
    number = str(call.require_site().number)
    try:
        site = await administer(call, lambda sites: sites.change(number, SiteChanges(rules=changes)))
    except Refused as refused:
        errors = explain(call, refused, FIELDS, "robots")
        return await _show(call, await read_site(call), given, errors=errors)
    return saved(site, TAB)


def _values_of(site: Site) -> dict[str, str]:
    lists = {name: "\n".join(sorted(getattr(site.rules, name))) for name in LISTS}
    switches = {name: "1" if getattr(site.rules, name) else "" for name in SWITCHES}
    return {**lists, **switches, "robots": site.rules.robots.value}


async def _show(
    call: PageCall, site: Site, values: Mapping[str, str], *, errors: Mapping[str, str] | None = None
) -> Response:
    status = 422 if errors else 200
    levels = [(level.value, call.words[f"robots_{level.value}"]) for level in RobotLevel]
    return await show_tab(call, site, TAB, status=status, given=values, errors=errors, levels=levels)
