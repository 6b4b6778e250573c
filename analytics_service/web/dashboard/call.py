"""One call of the dashboard: who asks for what, once it is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from analytics_service.administering.audit import Actor
from analytics_service.domain.accounts import Account
from analytics_service.domain.sessions import Session, Visitor
from analytics_service.domain.site import Site
from analytics_service.enrichment.agents import recognise
from analytics_service.web.dashboard.access import Access
from analytics_service.web.intake.client import client_of
from analytics_service.web.services import Services
from analytics_service.web.translations import FALLBACK, load_words, match_language, page_languages

Form = ImmutableMultiDict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCall:
    """A request that was let in: `account` and `session` of who is signed in, `site` the one of the path.

    `form` holds the fields of a POST, which was checked to come from a page of ours. `token` is that of the
    session, or of the form's cookie; `is_new_token` where that cookie is still to be set.
    """

    request: Request
    services: Services
    access: Access
    account: Account | None
    session: Session | None
    site: Site | None
    form: Form
    token: str
    is_new_token: bool
    language: str
    at: datetime
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def user(self) -> Account:
        """The account of who is signed in; for a page that everybody may open it is a bug."""
        if self.account is None:
            raise ValueError(f"{self.request.url.path} is open to everybody")
        return self.account

    @property
    def signed_in(self) -> Session:
        """The session of who is signed in; for a page that everybody may open it is a bug."""
        if self.session is None:
            raise ValueError(f"{self.request.url.path} is open to everybody")
        return self.session

    def require_site(self) -> Site:
        """Returns the site of the path; for a route without one it is a bug."""
        if self.site is None:
            raise ValueError(f"{self.request.url.path} names no site")
        return self.site

    @property
    def actor(self) -> Actor:
        """Who the audit log says it was."""
        return Actor(self.account.name if self.account else "", self.visitor)

    @property
    def visitor(self) -> Visitor:
        """What is kept of the caller's browser."""
        return visitor_of(self.request, self.services)


def visitor_of(request: Request, services: Services) -> Visitor:
    """Returns country, browser and system of a request; the address itself is not kept."""
    client = client_of(request, services.proxies)
    agent = recognise(client.agent)
    country = services.collector.recognisers.places.place(client.address).country
    return Visitor(country=country, browser=agent.browser, system=agent.system)


def choose_language(request: Request, account: Account | None) -> str:
    """Returns the language of a page: the account's, else the first that the browser asks for."""
    wanted = [account.language] if account is not None and account.language else []
    accepted = request.headers.get("accept-language", "").split(",")[:10]
    wanted += [part.partition(";")[0].strip() for part in accepted]
    return next((found for tag in wanted if (found := match_language(tag[:20], page_languages()))), FALLBACK)


def page_words(language: str) -> Mapping[str, str]:
    """Returns all texts of the dashboard's pages by their keys."""
    words = load_words(language)
    return {**words.dashboard, **words.accounts, **words.settings}


def redirect(path: str) -> Response:
    """Returns the way to another page of the dashboard, as after a form."""
    return RedirectResponse(path, 303)


def safe_path(text: str) -> str:
    """Returns a path of ours that somebody is sent to after they signed in; for any other text "/"."""
    is_path = text.startswith("/") and not text.startswith(("//", "/\\"))
    if not is_path or "\\" in text or not text.isascii() or not text.isprintable() or len(text) > 500:
        return "/"
    return quote(text, safe="/?&=%:|,~+-._!*'();@$")
