"""People: all accounts of the installation for administrators, and the people of one site for its owners."""

from starlette.responses import Response

from analytics_service.administering import invitations, people
from analytics_service.domain.accounts import Account
from analytics_service.domain.one_time import OneTime
from analytics_service.domain.principals import Role
from analytics_service.errors import BadParameter, Refused
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard import letters
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.renderer import render
from analytics_service.web.dashboard.settings.frame import list_tabs
from analytics_service.web.dashboard.setup import field_problem

USERS = "/settings/users"
ROLE_WORDS = {role.name.lower(): role for role in Role}
ADMINISTRATOR, NO_ROLE = "administrator", "none"


async def show_users(call: PageCall) -> Response:
    """`GET /settings/users`: lists accounts and open invitations."""
    return await _users_page(call)


async def _users_page(call: PageCall, *, status: int = 200, link: str = "", problem: str = "") -> Response:
    def read(stores: ConfigStores) -> tuple[list[Account], list[OneTime], dict[int, int]]:
        keys = stores.keys.keys()
        held = [key.user for key in keys if key.revoked_at is None and key.user is not None]
        accounts = stores.users.users()
        opened = invitations.open_invitations(stores, None, call.at)
        return accounts, opened, {account.id: held.count(account.id) for account in accounts}

    accounts, opened, key_counts = await call.services.dashboard.config.run(read)
    sites = sorted(call.services.sites.all(), key=lambda site: site.domain)
    return render(
        call,
        "users.html",
        status=status,
        accounts=accounts,
        invitations=opened,
        key_counts=key_counts,
        sites=sites,
        domains={site.number: site.domain for site in sites},
        roles=list(ROLE_WORDS),
        link=link,
        problem=problem,
    )


async def take_users(call: PageCall) -> Response:
    """`POST /settings/users`: what the field `do` names is done to an account or an invitation."""
    action = _ACTIONS.get(call.form.get("do", ""))
    if action is None:
        raise BadParameter("do", "value", "unknown")
    try:
        link = await call.services.dashboard.config.run(lambda stores: action(stores, call))
    except BadParameter as error:
        return await _users_page(call, status=400, problem=field_problem(call, error))
    except Refused as error:
        problem = call.words["last_administrator"] if "last administrator" in str(error) else str(error)
        return await _users_page(call, status=409, problem=problem)
    # A link is shown once, to who made it.
    return await _users_page(call, link=link) if link else redirect(USERS)


def _find(stores: ConfigStores, call: PageCall) -> Account:
    text = call.form.get("user", "")
    account = stores.users.user(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if account is None:
        raise Refused(call.words["account_gone"])
    return account


def _invite(stores: ConfigStores, call: PageCall) -> str:
    word = call.form.get("role", "")
    numbers = {site.number for site in call.services.sites.all()}
    chosen = {int(text) for text in call.form.getlist("site") if text.isdigit() and len(text) < 10} & numbers
    if word != ADMINISTRATOR and (word not in ROLE_WORDS or not chosen):
        raise BadParameter("role", "value", "no site is chosen")
    new = invitations.NewInvitation(
        email=call.form.get("email", ""),
        is_administrator=word == ADMINISTRATOR,
        roles={} if word == ADMINISTRATOR else dict.fromkeys(chosen, ROLE_WORDS[word]),
    )
    return send_invitation(stores, call, new)


def send_invitation(stores: ConfigStores, call: PageCall, new: invitations.NewInvitation) -> str:
    """Makes an invitation, mails it where that is possible, and returns its link."""
    desk = call.services.dashboard
    token = invitations.invite(stores, new, actor=call.actor, at=call.at, random=call.services.api.random)
    # Never from the Host that the client named, but for who sits at the machine itself.
    link = f"{desk.address.link_base or call.access.origin}/invitation/{token}"
    if new.email and desk.has_mail and desk.address.link_base:
        letters.send_invitation(stores, call, new.email, link)
    return link


def _end_invitation(stores: ConfigStores, call: PageCall) -> str:
    chosen = call.form.get("invitation", "")
    invitations.end_invitation(stores, chosen, by=call.user, actor=call.actor, at=call.at)
    return ""


def _change_rights(stores: ConfigStores, call: PageCall) -> str:
    account, numbers = _find(stores, call), [site.number for site in call.services.sites.all()]
    roles = {}
    for number in numbers:
        word = call.form.get(f"role-{number}", "")
        if word in ROLE_WORDS or word == NO_ROLE:
            roles[number] = ROLE_WORDS.get(word)
    people.change_account(
        stores,
        account,
        actor=call.actor,
        at=call.at,
        is_administrator=call.form.get("administrator") == "1",
        roles=roles,
    )
    return ""


def _remove(stores: ConfigStores, call: PageCall) -> str:
    account = _find(stores, call)
    heir = call.user if call.form.get("keys") == "take-over" and account.id != call.user.id else None
    people.remove_account(stores, account, heir=heir, actor=call.actor, at=call.at)
    return ""


def _make_reset(stores: ConfigStores, call: PageCall) -> str:
    token = invitations.make_reset(
        stores, _find(stores, call), actor=call.actor, at=call.at, random=call.services.api.random
    )
    return f"{call.services.dashboard.address.link_base or call.access.origin}/reset/{token}"


_ACTIONS = {
    "invite": _invite,
    "end-invitation": _end_invitation,
    "rights": _change_rights,
    "remove": _remove,
    "reset": _make_reset,
}


async def show_people(call: PageCall) -> Response:
    """`GET /s/{site}/settings/people`: lists who may see a site, with their roles."""
    return await _people_page(call)


async def _people_page(call: PageCall, *, status: int = 200, link: str = "", problem: str = "") -> Response:
    site = call.require_site()

    def read(stores: ConfigStores) -> tuple[list[Account], list[OneTime]]:
        accounts = [one for one in stores.users.users() if site.number in one.roles or one.is_administrator]
        opened = invitations.open_invitations(stores, call.user, call.at)
        return accounts, [one for one in opened if site.number in one.roles]

    accounts, opened = await call.services.dashboard.config.run(read)
    return render(
        call,
        "people.html",
        tabs=list_tabs(call, call.require_site(), "people"),
        status=status,
        accounts=accounts,
        invitations=opened,
        roles=list(ROLE_WORDS),
        link=link,
        problem=problem,
    )


async def take_people(call: PageCall) -> Response:
    """`POST /s/{site}/settings/people`: invites somebody, changes a role, or ends an invitation."""
    site, word = call.require_site(), call.form.get("role", "")

    def change(stores: ConfigStores) -> str:
        match call.form.get("do"):
            case "invite" if word in ROLE_WORDS:
                roles = {site.number: ROLE_WORDS[word]}
                new = invitations.NewInvitation(email=call.form.get("email", ""), roles=roles)
                return send_invitation(stores, call, new)
            case "end-invitation":
                return _end_invitation(stores, call)
            case "role" if word in ROLE_WORDS or word == NO_ROLE:
                account = _find(stores, call)
                # Of who has nothing to do with the site an owner learns nothing.
                if site.number not in account.roles:
                    raise Refused(call.words["account_gone"])
                roles_of = {site.number: ROLE_WORDS.get(word)}
                people.change_account(stores, account, actor=call.actor, at=call.at, roles=roles_of)
                return ""
        raise BadParameter("role", "value", "unknown")

    try:
        link = await call.services.dashboard.config.run(change)
    except BadParameter as error:
        return await _people_page(call, status=400, problem=field_problem(call, error))
    except Refused as error:
        return await _people_page(call, status=409, problem=str(error))
    if link:
        return await _people_page(call, link=link)
    return redirect(f"/s/{site.public_id}/settings/people")
