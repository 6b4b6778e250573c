"""Links that work once: invitations, and new passwords for who forgot theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from analytics_service.administering.audit import Actor, record
from analytics_service.administering.one_time import find_valid
from analytics_service.administering.people import NewAccount, add_account, set_password
from analytics_service.domain.accounts import Account, normal_name, parse_email
from analytics_service.domain.audit import Event
from analytics_service.domain.one_time import OneTime, Purpose
from analytics_service.domain.principals import Action, Role, can_see
from analytics_service.domain.sessions import TOKEN_BYTES, hash_token, make_token
from analytics_service.domain.site import Site
from analytics_service.errors import BadLogin, Forbidden, Refused
from analytics_service.ports.clock import Randomness
from analytics_service.ports.storage import ConfigStores

INVITATIONS_LIMIT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """What an invited person gets: rights of an administrator, or a role on each of some sites."""

    email: str = ""
    is_administrator: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)


def check_grant(by: Account, sites: list[Site], *, is_administrator: bool = False) -> None:
    """Raises Forbidden where somebody gives rights that they may not give."""
    if by.is_administrator:
        return
    allowed = all(can_see(by.principal(), Action.MANAGE_ACCESS, site) for site in sites)
    if is_administrator or not sites or not allowed:
        raise Forbidden(Action.MANAGE_ACCESS.value)


def invite(
    stores: ConfigStores, new: NewInvitation, *, actor: Actor, at: datetime, random: Randomness
) -> str:
    """Stores an invitation and returns the token of its link, which nobody can read anywhere afterwards.

    Raises BadParameter, and Refused where too many are open.
    """
    email = parse_email(new.email)
    if len(stores.one_times.one_times(Purpose.INVITATION)) >= INVITATIONS_LIMIT:
        raise Refused("too many invitations are open; end some of them first")
    token = make_token(random(TOKEN_BYTES))
    one = OneTime(
        token_hash=hash_token(token),
        purpose=Purpose.INVITATION,
        made_at=at,
        made_by=actor.name,
        email=email,
        is_administrator=new.is_administrator,
        roles=dict(new.roles),
    )
    stores.one_times.add_one_time(one)
    record(stores.audit, Event.USER_INVITED, actor=actor, at=at, subject=email, details=describe(one))
    return token


def find_invitation(stores: ConfigStores, token: str, at: datetime) -> OneTime:
    """Returns the invitation of a link. Raises BadLogin where it is wrong, used or too old."""
    return find_valid(stores.one_times, token, Purpose.INVITATION, at)


def accept(stores: ConfigStores, one: OneTime, new: NewAccount, *, actor: Actor, at: datetime) -> Account:
    """Makes the account of an invited person. Raises BadParameter, and Refused where the link is used up."""
    granted = replace(
        new,
        email=new.email or one.email,
        is_administrator=one.is_administrator,
        roles=_roles_of_today(stores, one),
    )
    return add_account(stores, granted, actor=actor, at=at, token_hash=one.token_hash)


def accept_as(stores: ConfigStores, one: OneTime, account: Account, *, actor: Actor, at: datetime) -> None:
    """Adds the rights of an invitation to an account that is there. Raises Refused where it is used up."""
    roles = _roles_of_today(stores, one)

    def grant(old: Account, _: int) -> Account:
        higher = {site: max(role, old.roles.get(site, role)) for site, role in roles.items()}
        is_administrator = old.is_administrator or one.is_administrator
        return replace(old, is_administrator=is_administrator, roles={**old.roles, **higher})

    stores.users.change_user(account.id, grant, token_hash=one.token_hash)
    details = describe(one)
    record(stores.audit, Event.USER_CHANGED, actor=actor, at=at, subject=account.name, details=details)


def _roles_of_today(stores: ConfigStores, one: OneTime) -> dict[int, Role]:
    # A site may be gone since.
    numbers = {site.number for site in stores.sites.sites()}
    return {site: role for site, role in one.roles.items() if site in numbers}


def end_invitation(
    stores: ConfigStores, one_id: str, *, by: Account | None, actor: Actor, at: datetime
) -> None:
    """Ends an open invitation. Raises Refused where there is none that somebody may end."""
    for one in open_invitations(stores, by, at):
        if one.id == one_id and stores.one_times.end_one_time(one.token_hash) is not None:
            record(stores.audit, Event.INVITATION_ENDED, actor=actor, at=at, subject=one.email)
            return
    raise Refused("there is no such invitation any more")


def open_invitations(stores: ConfigStores, by: Account | None, at: datetime) -> list[OneTime]:
    """Returns the invitations that still work; an owner's are those of their own sites, None sees all."""
    found = [one for one in stores.one_times.one_times(Purpose.INVITATION) if one.is_valid(at)]
    if by is None or by.is_administrator:
        return found
    own = {site for site, role in by.roles.items() if role is Role.OWNER}
    return [one for one in found if not one.is_administrator and one.roles and own.issuperset(one.roles)]


def describe(one: OneTime) -> dict[str, str]:
    """Returns what an invitation grants, as the audit log shows it."""
    if one.is_administrator:
        return {"rights": "administrator"}
    return {f"site {site}": role.name.lower() for site, role in sorted(one.roles.items())}


def request_reset(
    stores: ConfigStores, name: str, *, actor: Actor, at: datetime, random: Randomness
) -> tuple[Account, str] | None:
    """Returns an account and the token of its link for a new password; None without account or address."""
    account = stores.users.find_user(normal_name(name))
    if account is None or not account.email:
        return None
    return account, make_reset(stores, account, actor=actor, at=at, random=random)


def make_reset(
    stores: ConfigStores, account: Account, *, actor: Actor, at: datetime, random: Randomness
) -> str:
    """Stores a link for a new password and returns its token; earlier ones of the account end."""
    token = make_token(random(TOKEN_BYTES))
    one = OneTime(
        token_hash=hash_token(token),
        purpose=Purpose.RESET,
        made_at=at,
        made_by=actor.name or account.name,
        user=account.id,
    )
    stores.one_times.add_one_time(one, is_only=True)
    record(stores.audit, Event.RESET_REQUESTED, actor=actor, at=at, subject=account.name)
    return token


def find_reset(stores: ConfigStores, token: str, at: datetime) -> tuple[OneTime, Account]:
    """Returns the link of a token with its account. Raises BadLogin where it is wrong, used or too old."""
    one = find_valid(stores.one_times, token, Purpose.RESET, at)
    account = stores.users.user(one.user)
    if account is None:
        raise BadLogin("this link is wrong, was used already, or is too old")
    return one, account


def use_reset(
    stores: ConfigStores,
    link: tuple[OneTime, Account],
    password: str,
    password_hash: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Changes the password of who has the link, and ends all their sessions. Raises Refused once used."""
    one, account = link
    by = replace(actor, name=actor.name or account.name)
    set_password(stores, account, password, password_hash, actor=by, at=at, token_hash=one.token_hash)
