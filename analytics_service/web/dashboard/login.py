"""Signing in and out, and typing the password again before something that gives rights."""

from math import ceil

from starlette.responses import Response

from analytics_service.administering.audit import record
from analytics_service.administering.logins import (
    Sender,
    admit_try,
    begin_attempt,
    fail_attempt,
    hash_address,
    knows_sender,
    note_login,
    pass_password,
    who_of,
)
from analytics_service.administering.sessions import confirm_session
from analytics_service.domain.audit import Event
from analytics_service.domain.networks import address_block
from analytics_service.errors import TooMany, Unavailable
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.access import is_local_origin
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.destination import find_destination
from analytics_service.web.dashboard.renderer import render
from analytics_service.web.dashboard.security import SESSION, set_cookie
from analytics_service.web.intake.client import client_of

LIMIT_PER_MINUTE, LIMIT_AT_ONCE = 20, 10
"""Tries of one address, whatever names it tries."""
FACTOR_PATH = "/login/code"


def count_link(call: PageCall) -> None:
    """Counts a link that an address opens or asks for. Raises TooMany with the seconds to wait."""
    client = client_of(call.request, call.services.proxies)
    if not client.is_proxy_address:
        _count(call, f"link {address_block(client.address)}")


def count_try(call: PageCall) -> None:
    """Counts a try of an address, whatever name it is for. Raises TooMany with the seconds to wait."""
    client = client_of(call.request, call.services.proxies)
    # Behind a proxy that names no client, senders cannot be told apart; here on the machine it is one sender.
    if client.is_proxy_address and not is_local_origin(call.access.origin):
        return
    _count(call, f"login {address_block(client.address)}")


def _count(call: PageCall, sender: str) -> None:
    limits = call.services.dashboard.limits
    at_ms = int(call.at.timestamp() * 1000)
    if not limits.allows(sender, at_ms):
        left = limits.allowance(sender, at_ms)
        raise TooMany(max(1, ceil(left.wait.total_seconds())) if left else 60 // LIMIT_PER_MINUTE)


def sender_of(call: PageCall) -> Sender:
    """Returns who tries: an address, as its keyed hash, and a browser."""
    address = address_block(client_of(call.request, call.services.proxies).address)
    return Sender(hash_address(address, call.services.dashboard.address_key), call.visitor)


async def show_login(call: PageCall) -> Response:
    """`GET /login`: answers with the form; before there is any account, with that for the first one."""
    if call.account is not None:
        return redirect(find_destination(call, call.request.query_params.get("next", "/")))
    if not await call.services.dashboard.config.run(lambda stores: stores.users.has_users()):
        return redirect("/setup")
    return _form(call, call.request.query_params.get("next", "/"))


async def take_login(call: PageCall) -> Response:
    """`POST /login`: begins a session, or says that name or password is wrong."""
    desk = call.services.dashboard
    name, password = call.form.get("name", ""), call.form.get("password", "")
    path = find_destination(call, call.form.get("next", "/"))
    try:
        sender = sender_of(call)
        # Who signed in from here before does not wait for other names that are tried from here.
        if not await desk.config.run(lambda stores: knows_sender(stores, name, sender, call.at)):
            count_try(call)
        account = await desk.config.run(
            lambda stores: begin_attempt(stores, name, sender, call.at, key=desk.address_key)
        )
        is_right = await desk.passwords.is_password_of(
            account.password_hash if account is not None else None, password
        )
    except (TooMany, Unavailable) as error:
        return _refuse_for_now(call, path, error)
    if account is None or not is_right:
        await desk.config.run(lambda stores: fail_attempt(stores, account, sender, call.at))
        return _form(call, path, status=401, problem=call.words["login_wrong"], name=name)
    token = await desk.config.run(
        lambda stores: pass_password(stores, account, sender, call.at, random=call.services.api.random)
    )
    response = redirect(f"{FACTOR_PATH}?next={path}" if account.has_factor else path)
    set_cookie(response, SESSION, token, is_https=call.access.is_https)
    return response


def _refuse_for_now(call: PageCall, path: str, error: TooMany | Unavailable) -> Response:
    is_wait = isinstance(error, TooMany)
    text = call.words["login_wait" if is_wait else "login_busy"].replace("{seconds}", str(error.retry_after))
    response = _form(call, path, status=429 if is_wait else 503, problem=text, name=call.form.get("name", ""))
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _form(call: PageCall, path: str, *, status: int = 200, problem: str = "", name: str = "") -> Response:
    return render(
        call,
        "login.html",
        status=status,
        problem=problem,
        name=name[:100],
        next=find_destination(call, path),
        has_mail=call.services.dashboard.has_mail,
    )


async def take_logout(call: PageCall) -> Response:
    """`POST /logout`: ends the session."""
    session = call.signed_in

    def end(stores: ConfigStores) -> None:
        stores.sessions.end_session(session.token_hash)
        record(stores.audit, Event.LOGOUT, actor=call.actor, at=call.at, subject=call.user.name)

    await call.services.dashboard.config.run(end)
    response = redirect("/login")
    set_cookie(response, SESSION, "", is_https=call.access.is_https)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def show_confirmation(call: PageCall) -> Response:
    """`GET /confirm`: asks for the password again."""
    path = find_destination(call, call.request.query_params.get("next", "/"))
    return render(call, "confirm.html", problem="", next=path)


async def take_confirmation(call: PageCall) -> Response:
    """`POST /confirm`: notes that the password was typed just now, under a new token."""
    desk, account = call.services.dashboard, call.user
    path = find_destination(call, call.form.get("next", "/"))
    sender = sender_of(call)
    await desk.config.run(lambda stores: admit_try(stores, who_of(account), sender, call.at, is_known=True))
    if not await desk.passwords.is_password_of(account.password_hash, call.form.get("password", "")):
        await desk.config.run(lambda stores: fail_attempt(stores, account, sender, call.at))
        return render(call, "confirm.html", status=401, problem=call.words["confirm_wrong"], next=path)

    def confirm(stores: ConfigStores) -> str:
        note_login(stores, account, sender, call.at)
        return confirm_session(stores.sessions, call.signed_in, at=call.at, random=call.services.api.random)

    token = await desk.config.run(confirm)
    response = redirect(path)
    set_cookie(response, SESSION, token, is_https=call.access.is_https)
    return response
