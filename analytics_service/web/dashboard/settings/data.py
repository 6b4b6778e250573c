"""The data of a site: how long it is kept, handing the site over, deleting and restoring it."""

from collections.abc import Mapping

from starlette.responses import Response

from analytics_service.administering.deletion import check_confirmation
from analytics_service.administering.ownership import hand_over
from analytics_service.domain.periods import local_day
from analytics_service.domain.principals import Action, authorise, can_see
from analytics_service.domain.site import DELETION_GRACE, Site
from analytics_service.errors import BadParameter, UnknownSite
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.handlers import answer, viewer_of
from analytics_service.web.dashboard.page import Page
from analytics_service.web.dashboard.settings.frame import administer, read_site, saved, show_tab

TAB = "data"
DELETED_PATH = "/sites/deleted"


async def show_data(call: PageCall) -> Response:
    """`GET /s/{site}/settings/data`: answers with what can be done with the site as a whole."""
    site = await read_site(call)
    return await show_tab(
        call,
        site,
        TAB,
        may_delete=can_see(call.user.principal(), Action.DELETE_SITE, site),
        grace=DELETION_GRACE.days,
        since=viewer_of(call).formats(site).day(local_day(site.created_at, site.zones), with_year=True),
    )


async def show_deletion(call: PageCall) -> Response:
    """`GET /s/{site}/settings/delete`: asks for the domain."""
    return await _ask(call, await read_site(call), {})


async def take_deletion(call: PageCall) -> Response:
    """`POST /s/{site}/settings/delete`: deletes the site where its domain was typed."""
    site, typed = await read_site(call), call.form.get("domain", "")[:300]
    try:
        check_confirmation(site, typed)
    except BadParameter:
        return await _ask(call, site, {"domain": call.words["wrong_confirmation"].format(domain=site.domain)})
    await administer(call, lambda sites: sites.delete(str(site.number)))
    return redirect(f"{DELETED_PATH}?gone")


async def _ask(call: PageCall, site: Site, errors: Mapping[str, str]) -> Response:
    return await show_tab(
        call,
        site,
        TAB,
        template="settings/delete.html",
        trouble=call.words["not_deleted"],
        status=422 if errors else 200,
        errors=errors,
        grace=DELETION_GRACE.days,
    )


async def show_handover(call: PageCall) -> Response:
    """`GET /s/{site}/settings/owner`: asks who the new owner is."""
    return await _ask_name(call, await read_site(call), "", {})


async def take_handover(call: PageCall) -> Response:
    """`POST /s/{site}/settings/owner`: makes somebody else the owner."""
    site, name = await read_site(call), call.form.get("name", "").strip()[:100]
    giver, actor = call.user, call.actor
    try:
        await call.services.dashboard.config.run(
            lambda stores: hand_over(stores, site, name, giver=giver, actor=actor, at=call.at)
        )
    except BadParameter:
        return await _ask_name(call, site, name, {"name": call.words["wrong_account"]})
    return redirect("/") if not giver.is_administrator else saved(site, TAB)


async def _ask_name(call: PageCall, site: Site, name: str, errors: Mapping[str, str]) -> Response:
    return await show_tab(
        call,
        site,
        TAB,
        template="settings/owner.html",
        status=422 if errors else 200,
        errors=errors,
        name=name,
        giver=call.user.name,
    )


async def show_deleted(call: PageCall) -> Response:
    """`GET /sites/deleted`: answers with the sites that the caller may bring back."""
    sites = await call.services.dashboard.config.run(lambda stores: stores.sites.deleted_sites())
    principal = call.user.principal()
    rows = [
        (site.number, site.domain, site.deletion.by, site.deletion.ends_at)
        for site in sites
        if site.deletion is not None and can_see(principal, Action.DELETE_SITE, site)
    ]
    values = {"rows": rows, "is_gone": "gone" in call.request.query_params, "grace": DELETION_GRACE.days}
    return await answer(call, Page("settings/deleted.html", values))


async def take_restore(call: PageCall) -> Response:
    """`POST /sites/deleted`: brings a site back."""
    number = call.form.get("number", "")
    sites = await call.services.dashboard.config.run(lambda stores: stores.sites.deleted_sites())
    site = next((one for one in sites if str(one.number) == number), None)
    if site is None:
        raise UnknownSite("")
    authorise(call.user.principal(), Action.DELETE_SITE, site)
    restored = await administer(call, lambda sites: sites.restore(number))
    return redirect(f"/s/{restored.public_id}")
