"""The guard of the dashboard: who asks is known, allowed, and their form is from a page of ours."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qsl, quote

from starlette.datastructures import ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.administering.audit import Actor, record
from analytics_service.administering.sessions import find_signed_in
from analytics_service.domain.accounts import Account
from analytics_service.domain.audit import Event
from analytics_service.domain.principals import FOR_EVERYBODY, Action, authorise
from analytics_service.domain.sessions import Session, make_token
from analytics_service.domain.site import Site
from analytics_service.errors import AnalyticsError, Unauthenticated, UnknownSite
from analytics_service.web.dashboard.access import Access, admit
from analytics_service.web.dashboard.call import Form, PageCall, choose_language, page_words, redirect
from analytics_service.web.dashboard.failures import answer_failure
from analytics_service.web.dashboard.security import FORM, SESSION, is_forged, read_cookie, set_headers
from analytics_service.web.intake.door import read_body
from analytics_service.web.routes import RuledRoute
from analytics_service.web.services import Services, services_of

PageHandler = Callable[[PageCall], Awaitable[Response]]
FORM_LIMIT = 64 * 1024
FIELDS_LIMIT = 1_000
FORM_TYPE = "application/x-www-form-urlencoded"
CONFIRM_PATH, LOGIN_PATH, ACCOUNT_PATH = "/confirm", "/login", "/settings/account"
# Where somebody whose account lacks something may go: to add it, or to leave.
_WITHOUT_DUTIES = ("/settings/account", "/logout", "/confirm")

log = logging.getLogger(__name__)


class DashboardRoute(RuledRoute):
    """A page of the dashboard: the handler is called only for who may do that, with `site` out of the path.

    With `is_confirmed` the password must have been typed within 15 minutes; a GET and a POST of one path are
    two routes with one rule each, or one route whose rule holds for both.
    """

    def __init__(
        self,
        path: str,
        handler: PageHandler,
        action: Action,
        *,
        methods: Sequence[str] = ("GET",),
        is_confirmed: bool = False,
    ) -> None:
        super().__init__(path, _guard(handler, action, is_confirmed), action, methods=list(methods))
        self.is_confirmed = is_confirmed


def _guard(
    handler: PageHandler, action: Action, is_confirmed: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        services = services_of(request)
        is_https = False
        try:
            access = admit(request, services)
            is_https = access.is_https
            call = await _let_in(request, services, access, action)
            response = _other_way(call, action, is_confirmed) or await handler(call)
        except (AnalyticsError, HTTPException) as error:
            response = answer_failure(request, error)
        except Exception:
            log.exception("%s failed", request.url.path[:100])
            response = answer_failure(request, None)
        set_headers(response, is_https=is_https)
        return response

    return answer


async def _let_in(request: Request, services: Services, access: Access, action: Action) -> PageCall:
    """Returns the call once it is allowed. Raises Unauthenticated, Forbidden, UnknownSite, HTTPException."""
    at = services.clock()
    token = read_cookie(request, SESSION, is_https=access.is_https)
    found: tuple[Session, Account] | None = None
    if token:
        found = await services.dashboard.config.run(lambda stores: find_signed_in(stores, token, at))
    session, account = found if found is not None and found[0].is_complete else (None, None)
    form = await _read_form(request) if request.method == "POST" else ImmutableMultiDict[str, str]()
    is_new = False
    if session is None:
        token = read_cookie(request, FORM, is_https=access.is_https)
        if not token and request.method == "GET" and action is Action.SIGN_IN:
            token, is_new = make_token(services.api.random(16)), True
    if request.method == "POST" and is_forged(
        request, access, token=token, given=form.get("csrf", ""), is_signed_in=session is not None
    ):
        await _note_forgery(request, services, account)
        raise HTTPException(403, "forged")
    site = _find_site(request, services)
    _authorise(account, action, site, has_name="site" in request.path_params)
    language = choose_language(request, account)
    return PageCall(
        request=request,
        services=services,
        access=access,
        account=account,
        session=session,
        site=site,
        form=form,
        token=token,
        is_new_token=is_new,
        language=language,
        at=at,
        words=page_words(language),
    )


def _find_site(request: Request, services: Services) -> Site | None:
    name = request.path_params.get("site")
    return services.sites.find(name) if name is not None else None


def _authorise(account: Account | None, action: Action, site: Site | None, *, has_name: bool) -> None:
    if action in FOR_EVERYBODY:
        return
    if account is None:
        raise Unauthenticated("sign in first")
    authorise(account.principal(), action, site)
    if has_name and site is None:
        raise UnknownSite("")


def _other_way(call: PageCall, action: Action, is_confirmed: bool) -> Response | None:
    """Returns where somebody has to go first: to add what their account lacks, or to type the password."""
    if call.account is None or call.session is None or action in FOR_EVERYBODY:
        return None
    path = call.request.url.path
    has_duties = call.account.must_add_factor(call.services.dashboard.factor_policy)
    if (has_duties or call.account.must_change_password()) and not path.startswith(_WITHOUT_DUTIES):
        return redirect(ACCOUNT_PATH)
    if is_confirmed and not call.session.is_confirmed(call.at):
        return redirect(f"{CONFIRM_PATH}?next={quote(path, safe='/')}")
    return None


async def _read_form(request: Request) -> Form:
    """Returns the fields of a form. Raises HTTPException for another type, too many bytes or bad UTF-8."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise HTTPException(415, "form")
    body = await read_body(request, FORM_LIMIT)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_LIMIT, errors="strict")
    except ValueError:
        raise HTTPException(400, "form") from None
    return ImmutableMultiDict(pairs)


async def _note_forgery(request: Request, services: Services, account: Account | None) -> None:
    log.warning("a form for %s did not come from a page of ours", request.url.path[:100])
    if account is not None:
        at, actor = services.clock(), Actor(account.name)
        path = request.url.path[:100]
        await services.dashboard.config.run(
            lambda stores: record(stores.audit, Event.FORGED, actor=actor, at=at, subject=path)
        )
