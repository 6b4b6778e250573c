"""Answers of the dashboard to errors: pages, with nothing in them from inside."""

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.errors import (
    BadParameter,
    Forbidden,
    Refused,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnknownSite,
)
from analytics_service.web.address import is_public_path
from analytics_service.web.dashboard.access import NoOwnOrigin, NotHere
from analytics_service.web.dashboard.call import choose_language, page_words, redirect
from analytics_service.web.dashboard.environment import asset_path, environment
from analytics_service.web.dashboard.problems import describe_problem
from analytics_service.web.dashboard.security import set_headers
from analytics_service.web.errors import error_response
from analytics_service.web.services import services_of

_STATUS_KEYS = {
    400: "bad_request",
    403: "forged",
    404: "not_found",
    405: "not_found",
    413: "too_large",
    415: "bad_request",
}


def answer_failure(request: Request, error: Exception | None) -> Response:
    """Returns the page for an error; without one it is a bug, whose traceback is in the log."""
    match error:
        case Unauthenticated():
            return _to_login(request)
        case Forbidden():
            return failure_page(request, 403, "forbidden")
        case UnknownSite() | NotHere():
            return failure_page(request, 404, "not_found")
        case NoOwnOrigin():
            return failure_page(request, 403, error.key)
        case TooMany():
            return failure_page(request, 429, "too_many", retry_after=error.retry_after)
        case Unavailable():
            return failure_page(request, 503, "unavailable", retry_after=error.retry_after)
        case BadParameter():
            words = page_words(choose_language(request, None))
            detail = describe_problem(error, words, "bad_value")
            return failure_page(request, 400, "bad_request", detail=detail)
        case Refused():
            return failure_page(request, 400, "bad_request", detail=str(error))
        case HTTPException():
            key = _STATUS_KEYS.get(error.status_code, "bad_request")
            return failure_page(request, error.status_code, key)
    return failure_page(request, 500, "internal")


def failure_page(
    request: Request, status: int, key: str, *, retry_after: int = 0, detail: str = ""
) -> Response:
    """Returns a page that says what went wrong, in the language that the browser asks for."""
    language = choose_language(request, None)
    words = page_words(language)
    text = (
        environment()
        .get_template("failure.html")
        .render(
            t=words,
            language=language,
            theme="auto",
            root="",
            account=None,
            asset=lambda name: asset_path("", name),
            title=words[f"failure_{key}"],
            text=words[f"failure_{key}_text"].replace("{seconds}", str(retry_after)),
            detail=detail,
        )
    )
    headers = {"Content-Language": language}
    if retry_after:
        headers["Retry-After"] = str(retry_after)
    return Response(text, status, headers, media_type="text/html; charset=utf-8")


async def handle_no_route(request: Request, error: Exception) -> Response:
    """Answers for Starlette where there is no route: with a page to who reads pages, else with a problem."""
    path = request.url.path
    if path.startswith("/api/") or is_public_path(path):
        return error_response(error, path)
    if "text/html" in request.headers.get("accept", ""):
        response = answer_failure(request, error)
    else:
        response = error_response(error, path)
        del response.headers["Access-Control-Allow-Origin"]
    set_headers(response, is_https=services_of(request).dashboard.address.link_base.startswith("https:"))
    return response


def _to_login(request: Request) -> Response:
    """Returns the way to the login, and from there back; a form is not sent again."""
    path = request.url.path
    if request.method in ("GET", "HEAD") and path != "/":
        query = f"?{request.url.query}" if request.url.query else ""
        return redirect(f"/login?next={quote(path + query, safe='/')}")
    return redirect("/login")
