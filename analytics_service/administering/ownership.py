"""Handing a site over: another person becomes its owner, and who hands it over becomes an editor."""

from dataclasses import replace
from datetime import datetime

from analytics_service.administering.audit import Actor, record
from analytics_service.administering.people import find_account
from analytics_service.domain.accounts import Account
from analytics_service.domain.audit import Event
from analytics_service.domain.principals import Role
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter, Refused
from analytics_service.ports.storage import ConfigStores


def hand_over(
    stores: ConfigStores, site: Site, name: str, *, giver: Account, actor: Actor, at: datetime
) -> Account:
    """Makes the account of a name an owner of the site, and returns it; the giver becomes an editor.

    An administrator who is no owner of the site only names its new owner. Raises BadParameter where there is
    no such account, or where it is the giver's.
    """
    taker = find_account(stores.users, name)
    if taker.id == giver.id:
        raise BadParameter("name", "value", "this is your own account")
    changed = _give(stores, taker.id, site, Role.OWNER)
    if changed is None:
        raise Refused("this account is gone")
    if giver.roles.get(site.number) is Role.OWNER:
        _give(stores, giver.id, site, Role.EDITOR)
    record(
        stores.audit,
        Event.SITE_CHANGED,
        actor=actor,
        at=at,
        subject=site.domain,
        site=site.number,
        details={"owner": changed.name},
    )
    return changed


def _give(stores: ConfigStores, user: int, site: Site, role: Role) -> Account | None:
    return stores.users.change_user(
        user, lambda account, _: replace(account, roles={**account.roles, site.number: role})
    )
