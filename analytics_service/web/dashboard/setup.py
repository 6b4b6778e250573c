"""The first account: made by whoever has the code that only the operator of this machine can see."""

from starlette.responses import Response

from analytics_service.administering.audit import Actor
from analytics_service.administering.logins import Sender, note_login
from analytics_service.administering.one_time import try_first_code
from analytics_service.administering.people import NewAccount, add_account, check_new_password
from analytics_service.administering.sessions import begin_session
from analytics_service.domain.accounts import parse_email, parse_name
from analytics_service.domain.one_time import OneTime
from analytics_service.errors import BadLogin, BadParameter, Refused, TooMany
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.access import is_local_origin
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.login import count_try, sender_of
from analytics_service.web.dashboard.renderer import render
from analytics_service.web.dashboard.security import SESSION, set_cookie

COMMAND = "analytics-service user code --data FOLDER"
"""What is shown to who sits elsewhere: where files lie on this machine is not for them."""


async def show_setup(call: PageCall) -> Response:
    """`GET /setup`: says how the first account is made, with its form; later it leads to the login."""
    if await call.services.dashboard.config.run(lambda stores: stores.users.has_users()):
        return redirect("/login")
    return _form(call)


async def take_setup(call: PageCall) -> Response:
    """`POST /setup`: makes the first account, an administrator, and signs them in."""
    desk, form = call.services.dashboard, call.form
    password = form.get("password", "")
    try:
        count_try(call)
        sender = sender_of(call)
        one = await desk.config.run(
            lambda stores: try_first_code(stores.one_times, form.get("code", ""), call.at)
        )
        name, email = parse_name(form.get("name", "")), parse_email(form.get("email", ""))
        check_new_password(password, form.get("repeated", ""), has_factor=False, name=name)
        new = NewAccount(
            name=name,
            email=email,
            password=password,
            password_hash=await desk.passwords.hash(password),
            is_administrator=True,
        )
    except TooMany as error:
        response = _form(call, status=429, problem=call.words["setup_slow"])
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    except BadLogin:
        return _form(call, status=403, errors={"code": call.words["setup_bad_code"]})
    except BadParameter as error:
        return _form(call, status=400, errors={error.parameter: field_problem(call, error)})

    try:
        token = await desk.config.run(lambda stores: _make_account(stores, call, new, one, sender))
    except Refused:
        return _form(call, status=409, errors={"code": call.words["setup_bad_code"]})
    response = redirect("/")
    set_cookie(response, SESSION, token, is_https=call.access.is_https)
    return response


def _make_account(stores: ConfigStores, call: PageCall, new: NewAccount, one: OneTime, sender: Sender) -> str:
    """Makes the account and returns the token of its session. Raises Refused where it is not the first."""
    actor = Actor("", sender.visitor)
    account = add_account(stores, new, actor=actor, at=call.at, token_hash=one.token_hash, is_first=True)
    note_login(stores, account, sender, call.at)
    return begin_session(
        stores.sessions, account, visitor=sender.visitor, at=call.at, random=call.services.api.random
    )


def field_problem(call: PageCall, error: BadParameter) -> str:
    """Returns what is wrong with a field, in the language of the page."""
    return call.words.get(f"wrong_{error.parameter}_{error.code}", str(error).partition(": ")[2])


def _form(
    call: PageCall, *, status: int = 200, problem: str = "", errors: dict[str, str] | None = None
) -> Response:
    is_local = is_local_origin(call.access.origin)
    command = call.services.dashboard.machine.code_command if is_local else COMMAND
    given = {name: call.form.get(name, "")[:300] for name in ("code", "name", "email")}
    return render(
        call, "setup.html", status=status, problem=problem, errors=errors or {}, given=given, command=command
    )
