"""Pages behind links that work once: invitations and new passwords; and how one asks for a link."""

from starlette.responses import Response

from analytics_service.administering import invitations
from analytics_service.administering.audit import Actor
from analytics_service.administering.logins import note_login
from analytics_service.administering.people import NewAccount, check_new_password
from analytics_service.administering.sessions import begin_session
from analytics_service.domain.accounts import Account, parse_email, parse_name
from analytics_service.domain.one_time import OneTime
from analytics_service.errors import BadLogin, BadParameter, Refused
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.letters import send_reset
from analytics_service.web.dashboard.login import count_link, sender_of
from analytics_service.web.dashboard.renderer import render
from analytics_service.web.dashboard.security import SESSION, set_cookie
from analytics_service.web.dashboard.setup import field_problem


async def show_invitation(call: PageCall) -> Response:
    """`GET /invitation/{token}`: says what the invitation grants, and asks for a name and a password."""
    one = await _invitation(call)
    return _invitation_page(call, one) if one is not None else _gone(call)


async def take_invitation(call: PageCall) -> Response:
    """`POST /invitation/{token}`: makes the account, or adds the rights to that of who is signed in."""
    desk, one = call.services.dashboard, await _invitation(call)
    if one is None:
        return _gone(call)
    try:
        if call.account is not None:
            account = call.account
            await desk.config.run(
                lambda stores: invitations.accept_as(stores, one, account, actor=call.actor, at=call.at)
            )
            return redirect("/")
        new = await _read_account(call)
        token = await desk.config.run(lambda stores: _accept(stores, call, one, new))
    except BadParameter as error:
        errors = {error.parameter: field_problem(call, error)}
        return _invitation_page(call, one, status=400, errors=errors)
    except Refused:
        if await _invitation(call) is None:
            return _gone(call)
        return _invitation_page(call, one, status=409, errors={"name": call.words["name_taken"]})
    response = redirect("/")
    set_cookie(response, SESSION, token, is_https=call.access.is_https)
    return response


async def _read_account(call: PageCall) -> NewAccount:
    """Returns the account that a form asks for, its password hashed. Raises BadParameter, Unavailable."""
    name, password = parse_name(call.form.get("name", "")), call.form.get("password", "")
    email = parse_email(call.form.get("email", ""))
    check_new_password(password, call.form.get("repeated", ""), has_factor=False, name=name)
    hashed = await call.services.dashboard.passwords.hash(password)
    return NewAccount(name=name, email=email, password=password, password_hash=hashed, language=call.language)


def _accept(stores: ConfigStores, call: PageCall, one: OneTime, new: NewAccount) -> str:
    sender = sender_of(call)
    account = invitations.accept(stores, one, new, actor=Actor(new.name, call.visitor), at=call.at)
    note_login(stores, account, sender, call.at)
    return begin_session(
        stores.sessions, account, visitor=call.visitor, at=call.at, random=call.services.api.random
    )


async def _invitation(call: PageCall) -> OneTime | None:
    token = call.request.path_params["token"]
    count_link(call)
    try:
        return await call.services.dashboard.config.run(
            lambda stores: invitations.find_invitation(stores, token, call.at)
        )
    except BadLogin:
        return None


def _invitation_page(
    call: PageCall, one: OneTime, *, status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    sites = {site.number: site for site in call.services.sites.all()}
    grants = [(sites[number].domain, role) for number, role in sorted(one.roles.items()) if number in sites]
    given = {
        "name": call.form.get("name", "")[:100],
        "email": call.form.get("email", one.email)[:300],
    }
    return render(
        call,
        "invitation.html",
        status=status,
        one=one,
        grants=grants,
        given=given,
        errors=errors or {},
        path=call.request.url.path,
    )


def _gone(call: PageCall) -> Response:
    return render(call, "link_gone.html", status=404)


async def show_forgot(call: PageCall) -> Response:
    """`GET /forgot`: asks for the name of an account whose password is forgotten."""
    return render(call, "forgot.html", is_sent=False, has_mail=call.services.dashboard.has_mail)


async def take_forgot(call: PageCall) -> Response:
    """`POST /forgot`: has a link sent where there is such an account; the answer is the same for any name."""
    desk = call.services.dashboard
    count_link(call)
    base = desk.address.link_base
    if desk.has_mail and base:
        name = call.form.get("name", "")
        await desk.config.run(lambda stores: _send_reset(stores, call, name, base))
    return render(call, "forgot.html", is_sent=True, has_mail=desk.has_mail)


def _send_reset(stores: ConfigStores, call: PageCall, name: str, base: str) -> None:
    found = invitations.request_reset(
        stores, name[:100], actor=Actor("", call.visitor), at=call.at, random=call.services.api.random
    )
    if found is not None:
        account, token = found
        send_reset(stores, call, account, f"{base}/reset/{token}")


async def show_reset(call: PageCall) -> Response:
    """`GET /reset/{token}`: asks for a new password."""
    link = await _reset(call)
    return _reset_page(call) if link is not None else _gone(call)


async def take_reset(call: PageCall) -> Response:
    """`POST /reset/{token}`: changes the password; all sessions end, and the second factor stays."""
    desk, link = call.services.dashboard, await _reset(call)
    if link is None:
        return _gone(call)
    account, password = link[1], call.form.get("password", "")
    try:
        check_new_password(
            password, call.form.get("repeated", ""), has_factor=account.has_factor, name=account.name
        )
        hashed = await desk.passwords.hash(password)
        actor = Actor(account.name, call.visitor)
        await desk.config.run(
            lambda stores: invitations.use_reset(stores, link, password, hashed, actor=actor, at=call.at)
        )
    except BadParameter as error:
        return _reset_page(call, status=400, errors={error.parameter: field_problem(call, error)})
    except Refused:
        return _gone(call)
    return redirect("/login")


async def _reset(call: PageCall) -> tuple[OneTime, Account] | None:
    token = call.request.path_params["token"]
    count_link(call)
    try:
        return await call.services.dashboard.config.run(
            lambda stores: invitations.find_reset(stores, token, call.at)
        )
    except BadLogin:
        return None


def _reset_page(call: PageCall, *, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    return render(call, "reset.html", status=status, errors=errors or {}, path=call.request.url.path)
