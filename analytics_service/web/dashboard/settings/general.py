"""The general settings of a site: its name, domain, time zone and host names, and whether it counts."""

from collections.abc import Mapping

from starlette.responses import Response

from analytics_service.administering.sites import SiteChanges
from analytics_service.domain.hosts import host_names_of
from analytics_service.domain.periods import local_day, zone_at
from analytics_service.domain.site import FORMER_ID_RETENTION, Site
from analytics_service.errors import Refused
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.handlers import viewer_of
from analytics_service.web.dashboard.settings.frame import (
    administer,
    explain,
    read_lines,
    read_site,
    saved,
    show_tab,
)
from analytics_service.web.dashboard.site_form import list_zones

TAB = "general"
NAMES = ("name", "domain", "timezone", "week_start", "locale", "host_names", "is_paused")
FIELDS = {
    "domain": "domain",
    "host-name": "host_names",
    "timezone": "timezone",
    "week-start": "week_start",
    "locale": "locale",
}


async def show_general(call: PageCall) -> Response:
    """`GET /s/{site}/settings/general`: answers with the form."""
    site = await read_site(call)
    return await _show(call, site, _values_of(call, site))


async def take_general(call: PageCall) -> Response:
    """`POST /s/{site}/settings/general`: changes the site."""
    given = {name: call.form.get(name, "")[:20_000].strip() for name in NAMES}
    changes = SiteChanges(
        name=given["name"][:200],
        domain=given["domain"],
        timezone=given["timezone"],
        week_start=given["week_start"],
        locale=given["locale"],
        host_names=["", *read_lines(given["host_names"])],
        paused=bool(given["is_paused"]),
    )
    number = str(call.require_site().number)
    try:
        site = await administer(call, lambda sites: sites.change(number, changes))
    except Refused as refused:
        errors = explain(call, refused, FIELDS, "domain")
        return await _show(call, await read_site(call), given, errors=errors, status=422)
    return saved(site, TAB)


async def take_new_id(call: PageCall) -> Response:
    """`POST /s/{site}/settings/new-id`: gives the site another public id."""
    number = str(call.require_site().number)
    site = await administer(call, lambda sites: sites.renew_id(number, call.services.api.random))
    return saved(site, TAB)


def _values_of(call: PageCall, site: Site) -> dict[str, str]:
    further = sorted(site.host_names - host_names_of(site.domain))
    return {
        "name": site.name,
        "domain": site.domain,
        "timezone": site.zone,
        "week_start": site.week_start.value,
        "locale": site.locale,
        "host_names": "\n".join(further),
        "is_paused": "1" if site.paused else "",
    }


async def _show(
    call: PageCall,
    site: Site,
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    last, formats = site.zones[-1], viewer_of(call).formats(site)
    is_coming = last.day > local_day(call.at, site.zones)
    return await show_tab(
        call,
        site,
        TAB,
        status=status,
        given=values,
        errors=errors,
        zones=list_zones(),
        next_zone=(last.zone, formats.day(last.day, with_year=True), zone_at(call.at, site.zones))
        if is_coming
        else None,
        former=[
            (former.public_id, formats.day(local_day(former.until, site.zones), with_year=True))
            for former in site.former_ids
            if former.until > call.at
        ],
        id_days=FORMER_ID_RETENTION.days,
    )
