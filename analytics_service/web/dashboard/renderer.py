"""Pages out of templates, with what every page of the dashboard is given."""

from datetime import datetime
from functools import partial

from starlette.responses import Response

from analytics_service.domain.periods import local_time
from analytics_service.domain.sessions import form_token
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.environment import asset_path, environment
from analytics_service.web.dashboard.formats import Formats, formats_of
from analytics_service.web.dashboard.security import FORM, THEME, read_cookie, set_cookie

HTML = "text/html; charset=utf-8"
THEMES = ("auto", "light", "dark")
ROOT = ""
"""The path before all addresses: the dashboard has its origin for itself."""


def render(call: PageCall, template: str, *, status: int = 200, **values: object) -> Response:
    """Returns a page. Each template is given `t`, `language`, `theme`, `root`, `asset`, `csrf`, `account`,
    and `moment` and `full_day`, which write a time and a day.

    `credit` is whom the licence of the places wants named.

    A form carries `<input type="hidden" name="csrf" value="{{ csrf }}">`.
    """
    theme = read_cookie(call.request, THEME, is_https=call.access.is_https)
    formats = formats_of(call.language, call.at.date())
    given: dict[str, object] = {
        "moment": partial(_write_moment, call, formats),
        "full_day": partial(formats.day, with_year=True),
        "t": call.words,
        "language": call.language,
        "theme": theme if theme in THEMES else "auto",
        "next": call.request.url.path,
        "root": ROOT,
        "asset": partial(asset_path, ROOT),
        "csrf": form_token(call.token) if call.token else "",
        "account": call.account,
        "site": call.site,
        "credit": call.services.collector.recognisers.places.credit,
        "is_https": call.access.is_https,
    }
    text = environment().get_template(template).render({**given, **values})
    response = Response(text, status, {"Content-Language": call.language}, media_type=HTML)
    if call.is_new_token:
        set_cookie(response, FORM, call.token, is_https=call.access.is_https)
    return response


def _write_moment(call: PageCall, formats: Formats, at: datetime) -> str:
    """Returns a time on the clock of the page's site; in UTC where the page is of no site."""
    return formats.moment(at if call.site is None else local_time(at, call.site.zones))
