"""Headers of every page of the dashboard, its cookies, and forms that were not sent from its own pages."""

from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.sessions import SESSION_RETENTION, form_token
from analytics_service.web.dashboard.access import Access

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
FEATURES = (
    "camera",
    "display-capture",
    "geolocation",
    "microphone",
    "payment",
    "publickey-credentials-get",
    "usb",
)
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
STRICT_TRANSPORT = "max-age=31536000"
SESSION, FORM, THEME = "session", "form", "theme"
TOKEN_LIMIT = 100
COOKIES_LIMIT = 16_384


def set_headers(response: Response, *, is_https: bool) -> None:
    """Gives an answer the headers of the dashboard; those that it has already stay."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT


def read_cookie(request: Request, name: str, *, is_https: bool) -> str:
    """Returns the value of one of our cookies; "" where there is none, or more than one."""
    wanted = _cookie_name(name, is_https)
    found = []
    for header in request.headers.getlist("cookie"):
        for part in header[:COOKIES_LIMIT].split(";"):
            key, _, value = part.strip().partition("=")
            if key == wanted:
                found.append(value)
    return found[0] if len(found) == 1 and len(found[0]) <= TOKEN_LIMIT else ""


def set_cookie(response: Response, name: str, value: str, *, is_https: bool) -> None:
    """Sets one of our cookies; an empty value takes it away."""
    response.set_cookie(
        _cookie_name(name, is_https),
        value,
        max_age=int(SESSION_RETENTION.total_seconds()) if value else 0,
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def _cookie_name(name: str, is_https: bool) -> str:
    return f"__Host-vs_{name}" if is_https else f"vs_{name}"


def is_forged(request: Request, access: Access, *, token: str, given: str, is_signed_in: bool) -> bool:
    """Tells whether a form may come from somebody else's page.

    `token` is that of the session, or for who has none of the form's cookie; `given` is what the form
    carries. Without a session the browser's word for where the form stands is enough.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if fetch_site is not None and fetch_site != "same-origin":
        return True
    # A browser that keeps its referrer to itself says "null" for our own pages too, and that they are ours.
    is_kept = origin == "null" and fetch_site == "same-origin"
    if origin not in (None, access.origin) and not is_kept:
        return True
    if not is_signed_in and (fetch_site == "same-origin" or origin == access.origin):
        return False
    return not token or not compare_digest(form_token(token).encode(), given.encode("utf-8", "replace"))
