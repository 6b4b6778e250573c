"""The second factor: asked for after the password, added, taken away."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from starlette.responses import Response

from analytics_service.administering import second_factor
from analytics_service.administering.audit import Actor
from analytics_service.administering.logins import admit_try, fail_attempt, note_login, pass_try, who_of
from analytics_service.administering.sessions import begin_session, find_signed_in
from analytics_service.domain.accounts import MIN_PASSWORD_ALONE, Account, normal_password
from analytics_service.domain.sessions import Session
from analytics_service.errors import BadLogin, Unavailable
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.destination import find_destination
from analytics_service.web.dashboard.login import sender_of
from analytics_service.web.dashboard.renderer import render
from analytics_service.web.dashboard.security import SESSION, read_cookie, set_cookie

ACCOUNT = "/settings/account"


async def show_code(call: PageCall) -> Response:
    """`GET /login/code`: asks for the code of who has shown their password."""
    if call.account is not None or await _waiting(call) is None:
        return redirect("/login")
    return render(
        call,
        "factor_code.html",
        problem="",
        next=find_destination(call, call.request.query_params.get("next", "/")),
    )


async def take_code(call: PageCall) -> Response:
    """`POST /login/code`: completes the login, under a new token."""
    desk, path = call.services.dashboard, find_destination(call, call.form.get("next", "/"))
    found = await _waiting(call)
    if found is None:
        return redirect("/login")
    session, account = found
    sender, actor = sender_of(call), Actor(account.name, call.visitor)

    def check(stores: ConfigStores) -> str:
        admit_try(stores, who_of(account), sender, call.at, is_known=False)
        try:
            second_factor.use_code(
                stores, desk.sealer, account, call.form.get("code", ""), actor=actor, at=call.at
            )
        except BadLogin:
            fail_attempt(stores, account, sender, call.at)
            raise
        note_login(stores, account, sender, call.at)
        return begin_session(
            stores.sessions,
            account,
            visitor=sender.visitor,
            at=call.at,
            random=call.services.api.random,
            replaces=session.token_hash,
        )

    try:
        token = await desk.config.run(check)
    except BadLogin:
        return render(call, "factor_code.html", status=401, problem=call.words["factor_wrong"], next=path)
    response = redirect(path)
    set_cookie(response, SESSION, token, is_https=call.access.is_https)
    return response


async def _waiting(call: PageCall) -> tuple[Session, Account] | None:
    """Returns the session that waits for its second factor, with its account."""
    token = read_cookie(call.request, SESSION, is_https=call.access.is_https)
    found = await call.services.dashboard.config.run(
        lambda stores: find_signed_in(stores, token, call.at) if token else None
    )
    return found if found is not None and not found[0].is_complete else None


async def show_new_factor(call: PageCall) -> Response:
    """`GET /settings/account/factor`: shows a new secret, as a picture and as text, and asks for its code."""
    if call.user.has_factor:
        return redirect(ACCOUNT)
    return _enrolment(call, second_factor.make_secret(call.services.api.random))


async def take_new_factor(call: PageCall) -> Response:
    """`POST /settings/account/factor`: stores the secret whose code was shown; shows recovery codes."""
    desk, account = call.services.dashboard, call.user
    if account.has_factor:
        return redirect(ACCOUNT)
    try:
        # The secret is in the form sealed, so that nothing is stored before its code was shown.
        sealed = urlsafe_b64decode(call.form.get("sealed", ""))
        secret = desk.sealer.open(sealed, _form_context(account)).decode()
    except (ValueError, Unavailable):
        return redirect(f"{ACCOUNT}/factor")
    try:
        codes = await desk.config.run(
            lambda stores: second_factor.add_factor(
                stores,
                desk.sealer,
                account,
                secret=secret,
                code=call.form.get("code", ""),
                actor=call.actor,
                at=call.at,
                random=call.services.api.random,
            )
        )
    except BadLogin:
        return _enrolment(call, secret, status=400, problem=call.words["factor_wrong"])
    return render(call, "recovery_codes.html", codes=codes)


def _enrolment(call: PageCall, secret: str, *, status: int = 200, problem: str = "") -> Response:
    # Imported where somebody adds a second factor.
    import segno

    address = second_factor.address_of_secret(secret, call.user.name)
    sealed = call.services.dashboard.sealer.seal(
        secret.encode(), _form_context(call.user), call.services.api.random
    )
    return render(
        call,
        "factor.html",
        status=status,
        problem=problem,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        picture=segno.make(address, error="m").svg_data_uri(scale=5, border=3, light="#fff"),
        sealed=urlsafe_b64encode(sealed).decode(),
    )


def _form_context(account: Account) -> str:
    return f"form of user {account.id}"


async def show_codes(call: PageCall) -> Response:
    """`GET /settings/account/codes`: leads back, since codes are shown once only."""
    return redirect(ACCOUNT)


async def renew_codes(call: PageCall) -> Response:
    """`POST /settings/account/codes`: shows new recovery codes once; the earlier ones work no longer."""
    if not call.user.has_factor:
        return redirect(ACCOUNT)
    codes = await call.services.dashboard.config.run(
        lambda stores: second_factor.renew_codes(
            stores, call.user, actor=call.actor, at=call.at, random=call.services.api.random
        )
    )
    return render(call, "recovery_codes.html", codes=codes)


async def show_factor_removal(call: PageCall) -> Response:
    """`GET /settings/account/factor/remove`: asks for the password, which will stand alone."""
    if not call.user.has_factor:
        return redirect(ACCOUNT)
    return render(call, "factor_removal.html", problem="")


async def take_factor_removal(call: PageCall) -> Response:
    """`POST /settings/account/factor/remove`: takes it away where the password may stand alone."""
    desk, account, password = call.services.dashboard, call.user, call.form.get("password", "")
    sender = sender_of(call)
    await desk.config.run(lambda stores: admit_try(stores, who_of(account), sender, call.at, is_known=True))
    if not await desk.passwords.is_password_of(account.password_hash, password):
        await desk.config.run(lambda stores: fail_attempt(stores, account, sender, call.at))
        return render(call, "factor_removal.html", status=401, problem=call.words["confirm_wrong"])
    await desk.config.run(lambda stores: pass_try(stores, account, sender, call.at))
    if len(normal_password(password)) < MIN_PASSWORD_ALONE:
        problem = call.words["factor_short_password"]
        return render(call, "factor_removal.html", status=409, problem=problem)
    await desk.config.run(
        lambda stores: second_factor.remove_factor(stores, account, actor=call.actor, at=call.at)
    )
    return redirect(ACCOUNT)
