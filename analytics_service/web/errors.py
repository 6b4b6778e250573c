"""The one place that gives each error its HTTP status (RFC 9457)."""

import logging
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.errors import (
    AnalyticsError,
    BadBeacon,
    BadParameter,
    Damaged,
    Forbidden,
    NotKept,
    NotPublic,
    Outdated,
    TooHeavy,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnknownSite,
)
from analytics_service.logs import LOG_INTERVAL, ThrottleFilter
from analytics_service.web.headers import ANY_ORIGIN, NO_STORE

log = logging.getLogger(__name__)
log.addFilter(ThrottleFilter(LOG_INTERVAL))

_HTTP_TITLES = {
    404: "Not found",
    405: "Method not allowed",
    413: "Body too large",
    415: "Unsupported encoding",
}


def problem(
    kind: str, title: str, status: int, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """Returns a problem in JSON (RFC 9457); nothing in it comes from inside."""
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail, **more}
    return Response(
        msgspec.json.encode(body),
        status,
        {**ANY_ORIGIN, **NO_STORE, **(headers or {})},
        media_type="application/problem+json",
    )


def error_response(error: Exception, path: str) -> Response:
    """Returns the answer to an error that was raised on purpose; other errors are raised again."""
    match error:
        case BadBeacon():
            field = {"field": error.field, "detail": error.problem}
            return problem("bad-beacon", "Malformed beacon", 400, str(error), errors=[field])
        case BadParameter():
            parameter: dict[str, object] = {"parameter": error.parameter, "code": error.code}
            if error.allowed:
                parameter["allowed"] = error.allowed
            return problem("invalid-parameter", "Invalid parameter", 400, str(error), errors=[parameter])
        case NotPublic():
            hidden = {"parameter": error.parameter, "code": "not-public", "allowed": error.allowed}
            return problem("not-public", "Not public", 403, str(error), errors=[hidden])
        case UnknownSite():
            # The answer is the same for unknown, deleted and private sites, byte for byte.
            return problem("unknown-site", "Unknown site", 404, "There is no public site with this id.")
        case NotKept():
            nearest = {"from": error.nearest[0].isoformat(), "to": error.nearest[1].isoformat()}
            since = error.kept_since.isoformat()
            return problem("not-kept", "Not kept", 422, str(error), kept_since=since, nearest=nearest)
        case Unauthenticated() | Forbidden():
            return _key_problem(error)
        case TooMany() | TooHeavy() | Unavailable():
            return _retry_problem(error, path)
        case HTTPException():
            title = _HTTP_TITLES.get(error.status_code, "Request refused")
            headers = dict(error.headers or {})
            return problem("http", title, error.status_code, error.detail, headers)
    raise error


def _key_problem(error: Unauthenticated | Forbidden) -> Response:
    """Returns the answer where a key is missing, invalid, or does not allow what it is used for."""
    challenge = 'Bearer realm="analytics-service"'
    if isinstance(error, Forbidden):
        scope = f', scope="{error.scope}"' if error.scope else ""
        headers = {"WWW-Authenticate": f'{challenge}, error="insufficient_scope"{scope}'}
        return problem("forbidden", "Not allowed", 403, str(error), headers)
    if error.is_invalid:
        challenge += ', error="invalid_token"'
    return problem("unauthenticated", "Key needed", 401, str(error), {"WWW-Authenticate": challenge})


def _retry_problem(error: TooMany | TooHeavy | Unavailable, path: str) -> Response:
    """Returns the answer to what may succeed later, with the seconds to wait."""
    retry = {"Retry-After": str(error.retry_after)}
    if isinstance(error, TooMany):
        return problem("too-many-requests", "Too many requests", 429, str(error), retry)
    if isinstance(error, TooHeavy):
        narrow = [{"parameter": name, "code": "too-heavy"} for name in error.narrow]
        return problem("too-heavy", "Query too heavy", 503, str(error), retry, errors=narrow)
    log.warning("%s answered with 503: %s", path[:100], error)
    if isinstance(error, Damaged):
        detail = "A database of this service is damaged; its operator finds more in the log."
        return problem("damaged", "Database damaged", 503, detail, retry)
    if isinstance(error, Outdated):
        detail = "A database of this service is of another release; its operator finds more in the log."
        return problem("outdated", "Database of another release", 503, detail, retry)
    detail = "The service is temporarily unavailable. Try again later."
    return problem("unavailable", "Unavailable", 503, detail, retry)


def internal_error() -> Response:
    """Returns the answer to a bug, whose traceback is in the log."""
    return problem(
        "internal", "Internal error", 500, "The server met an unexpected error; details are in its log."
    )


async def handle_error(request: Request, error: Exception) -> Response:
    """Answers for Starlette where a handler raised an error on purpose."""
    return error_response(error, request.url.path)


async def handle_bug(_request: Request, _error: Exception) -> Response:
    """Answers for Starlette where a handler raised anything else."""
    return internal_error()


HANDLERS: dict[Any, Any] = {AnalyticsError: handle_error, HTTPException: handle_error, 500: handle_bug}
