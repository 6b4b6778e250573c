"""The one place where an error is paired with HTTP (RFC 9457)."""

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
    NotPublic,
    Unavailable,
    UnknownSite,
)
from analytics_service.logs import LOG_INTERVAL, ThrottleFilter

log = logging.getLogger(__name__)


log.addFilter(ThrottleFilter(LOG_INTERVAL))


OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}


_HTTP_TITLES = {
    404: "Not found",
    405: "Method not allowed",
    413: "Body too large",
    415: "Unsupported encoding",
}


def problem(
    kind: str, title: str, status: int, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """A problem in JSON; nothing in it comes from inside."""
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail, **more}
    return Response(
        msgspec.json.encode(body),
        status,
        {**OPEN, **(headers or {})},
        media_type="application/problem+json",
    )


def error_response(error: Exception, path: str) -> Response:
    """The answer to an error that was raised on purpose; others are raised again."""
    match error:
        case BadBeacon():
            told_field = {"field": error.field, "detail": error.problem}
            return problem("bad-beacon", "Malformed beacon", 400, str(error), errors=[told_field])
        case BadParameter():
            told: dict[str, object] = {"parameter": error.parameter, "code": error.code}
            if error.allowed:
                told["allowed"] = error.allowed
            return problem("invalid-parameter", "Invalid parameter", 400, str(error), errors=[told])
        case NotPublic():
            kept = {"parameter": error.parameter, "code": "not-public", "allowed": error.allowed}
            return problem("not-public", "Not public", 403, str(error), errors=[kept])
        case UnknownSite():
            # Unknown, deleted and private sites are told alike, byte for byte.
            return problem("unknown-site", "Unknown site", 404, "There is no public site of that name.")
        case Unavailable():
            log.warning("%s answered with 503: %s", path[:100], error)
            retry = {"Retry-After": str(error.retry_after)}
            return problem("unavailable", "Unavailable", 503, "Try again a little later.", retry)
        case HTTPException():
            title = _HTTP_TITLES.get(error.status_code, "Request refused")
            headers = dict(error.headers or {})
            return problem("http", title, error.status_code, error.detail, headers)
    raise error


def internal_error() -> Response:
    """The answer to a bug; its traceback is in the log."""
    return problem("internal", "Internal error", 500, "The error is in the service's log.")


async def refused(request: Request, error: Exception) -> Response:
    """The same for the ordinary door."""
    return error_response(error, request.url.path)


async def failed(_request: Request, _error: Exception) -> Response:
    """The same for the ordinary door."""
    return internal_error()


HANDLERS: dict[Any, Any] = {AnalyticsError: refused, HTTPException: refused, 500: failed}
