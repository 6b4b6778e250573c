"""Keys of a site, by which other programs read its figures or send it page views."""

from collections.abc import Mapping

from starlette.responses import Response

from analytics_service.administering.audit import record
from analytics_service.administering.keys import NewKey, add_key, revoke_key
from analytics_service.domain.audit import Event
from analytics_service.domain.keys import Key, Scope
from analytics_service.domain.principals import Action, can_see
from analytics_service.domain.site import Site
from analytics_service.errors import Forbidden, Refused
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.call import Form, PageCall
from analytics_service.web.dashboard.settings.frame import explain, read_lines, read_site, saved, show_tab

TAB = "keys"
FIELDS = {"name": "name", "scope": "scopes", "origin": "origins", "expires": "expires"}


async def show_keys(call: PageCall) -> Response:
    """`GET /s/{site}/settings/keys`: answers with the site's keys and the form for another one."""
    return await _show(call, await read_site(call))


async def take_key(call: PageCall) -> Response:
    """`POST /s/{site}/settings/keys`: makes a key and shows it, this once."""
    site, form = await read_site(call), call.form
    new = NewKey(
        name=form.get("name", "").strip()[:200],
        scopes=form.getlist("scopes"),
        sites=[site],
        origins=read_lines(form.get("origins", "")),
        expires=form.get("expires") or None,
    )

    def make(stores: ConfigStores) -> str:
        random, by = call.services.api.random, call.user
        key, token = add_key(stores.keys, new, at=call.at, random=random, by=by.name, user=by.id)
        _record(stores, call, Event.KEY_ADDED, key, site)
        return token

    try:
        token = await call.services.dashboard.config.run(make)
    except Refused as refused:
        return await _show(call, site, errors=explain(call, refused, FIELDS, "name"), form=form)
    return await _show(call, site, token=token)


async def take_revocation(call: PageCall) -> Response:
    """`POST /s/{site}/settings/keys/revoke`: ends a key at once."""
    site, key_id = await read_site(call), call.form.get("id", "")[:100]

    def end(stores: ConfigStores) -> None:
        every = stores.keys.keys()
        key = next((one for one in every if one.id == key_id), None)
        if key is None or not _may_revoke(call, key, stores.sites.sites()):
            raise Forbidden("end this key")
        _record(stores, call, Event.KEY_REVOKED, revoke_key(stores.keys, key_id, call.at), site)

    await call.services.dashboard.config.run(end)
    return saved(site, TAB)


def _may_revoke(call: PageCall, key: Key, sites: list[Site]) -> bool:
    """Tells whether the caller manages every site of a key; one of all sites is the administrators'."""
    principal = call.user.principal()
    if key.sites is None:
        return call.user.is_administrator
    return all(can_see(principal, Action.MANAGE_ACCESS, site) for site in sites if site.number in key.sites)


def _record(stores: ConfigStores, call: PageCall, event: Event, key: Key, site: Site) -> None:
    details = {"name": key.name, "scopes": ", ".join(sorted(key.scopes))}
    record(
        stores.audit, event, actor=call.actor, at=call.at, subject=key.id, site=site.number, details=details
    )


async def _show(
    call: PageCall,
    site: Site,
    *,
    errors: Mapping[str, str] | None = None,
    form: Form | None = None,
    token: str = "",
) -> Response:
    def read(stores: ConfigStores) -> list[tuple[Key, bool]]:
        sites, every = stores.sites.sites(), stores.keys.keys()
        found = [key for key in every if key.sites is not None and site.number in key.sites]
        return [(key, key.is_valid(call.at) and _may_revoke(call, key, sites)) for key in found[::-1]]

    keys = await call.services.dashboard.config.run(read)
    given = form or Form({"scopes": Scope.STATS_READ.value})
    return await show_tab(
        call,
        site,
        TAB,
        status=422 if errors else 200,
        errors=errors,
        keys=[(key, key.is_valid(call.at), may_end) for key, may_end in keys],
        scopes=[
            (scope.value, call.words[f"scope_{scope.name.lower()}"], scope in given.getlist("scopes"))
            for scope in Scope
        ],
        given={name: given.get(name, "") for name in ("name", "origins", "expires")},
        token=token,
        api_url=f"{call.services.url}/api/v1/sites/{site.public_id}/counts?period=28d",
    )
