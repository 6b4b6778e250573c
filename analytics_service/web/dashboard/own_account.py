"""One's own account: language, address, password, second factor and sessions."""

from contextlib import suppress

from starlette.responses import Response

from analytics_service.administering.audit import record
from analytics_service.administering.logins import admit_try, fail_attempt, pass_try, who_of
from analytics_service.administering.people import change_account, check_new_password, set_password
from analytics_service.administering.sessions import begin_session, end_listed
from analytics_service.domain.audit import Event
from analytics_service.errors import BadParameter, Refused
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.login import sender_of
from analytics_service.web.dashboard.renderer import render
from analytics_service.web.dashboard.security import SESSION, set_cookie
from analytics_service.web.dashboard.setup import field_problem
from analytics_service.web.translations import page_languages

ACCOUNT = "/settings/account"


async def show_account(call: PageCall) -> Response:
    """`GET /settings/account`: answers with everything that somebody decides of their own account."""
    return await _page(call)


async def _page(call: PageCall, *, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    sessions = await call.services.dashboard.config.run(
        lambda stores: [one for one in stores.sessions.sessions(call.user.id) if one.is_valid(call.at)]
    )
    policy = call.services.dashboard.factor_policy
    return render(
        call,
        "account.html",
        status=status,
        errors=errors or {},
        sessions=sessions,
        own_session=call.signed_in.id,
        languages=page_languages(),
        must_add_factor=call.user.must_add_factor(policy),
        must_change_password=call.user.must_change_password(),
    )


async def take_profile(call: PageCall) -> Response:
    """`POST /settings/account`: changes language and e-mail address."""
    language, email = call.form.get("language", ""), call.form.get("email", "").strip()
    if language not in ("", *page_languages()):
        return await _page(call, status=400, errors={"language": call.words["wrong_language"]})
    # Links to a new password go there.
    is_allowed = email == call.user.email or call.signed_in.is_confirmed(call.at)
    try:
        await call.services.dashboard.config.run(
            lambda stores: change_account(
                stores,
                call.user,
                actor=call.actor,
                at=call.at,
                email=email if is_allowed else None,
                language=language,
            )
        )
    except BadParameter as error:
        return await _page(call, status=400, errors={error.parameter: field_problem(call, error)})
    return redirect(ACCOUNT if is_allowed else f"/confirm?next={ACCOUNT}")


async def take_password(call: PageCall) -> Response:
    """`POST /settings/account/password`: changes the password, and ends all sessions but this one."""
    desk, account = call.services.dashboard, call.user
    password, sender = call.form.get("password", ""), sender_of(call)
    await desk.config.run(lambda stores: admit_try(stores, who_of(account), sender, call.at, is_known=True))
    if not await desk.passwords.is_password_of(account.password_hash, call.form.get("current", "")):
        await desk.config.run(lambda stores: fail_attempt(stores, account, sender, call.at))
        return await _page(call, status=401, errors={"current": call.words["confirm_wrong"]})
    await desk.config.run(lambda stores: pass_try(stores, account, sender, call.at))
    try:
        check_new_password(
            password, call.form.get("repeated", ""), has_factor=account.has_factor, name=account.name
        )
    except BadParameter as error:
        return await _page(call, status=400, errors={error.parameter: field_problem(call, error)})
    hashed = await desk.passwords.hash(password)

    def change(stores: ConfigStores) -> str:
        set_password(stores, account, password, hashed, actor=call.actor, at=call.at)
        return begin_session(
            stores.sessions, account, visitor=call.visitor, at=call.at, random=call.services.api.random
        )

    token = await desk.config.run(change)
    response = redirect(ACCOUNT)
    set_cookie(response, SESSION, token, is_https=call.access.is_https)
    return response


async def end_session(call: PageCall) -> Response:
    """`POST /settings/account/sessions`: ends the session of that id, or all but this one."""
    chosen, account = call.form.get("session", ""), call.user

    def end(stores: ConfigStores) -> None:
        if chosen == "others":
            stores.sessions.end_sessions(account.id, but=call.signed_in.token_hash)
        else:
            end_listed(stores.sessions, chosen, account.id)
        record(stores.audit, Event.SESSION_ENDED, actor=call.actor, at=call.at, subject=account.name)

    # One that ended meanwhile is as it was asked for.
    with suppress(Refused):
        await call.services.dashboard.config.run(end)
    return redirect(ACCOUNT)
