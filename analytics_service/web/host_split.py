"""Two hosts of one service: where the dashboard has an origin of its own, each host answers its own part."""

import re
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from analytics_service.domain.hosts import origin_of
from analytics_service.web.address import is_public_path
from analytics_service.web.dashboard.access import LOOPBACK_NAMES
from analytics_service.web.errors import problem

# Of the API, what is answered beside them.
_PUBLIC_API = re.compile(r"/api/v1/sites/[^/]+/(?:counter|stream|views)")


class HostMiddleware:
    """Answers 404 to what is asked for on the wrong one of two hosts; this machine itself may have all."""

    def __init__(self, app: ASGIApp, own_origin: str) -> None:
        self._app = app
        self._own_origin = own_origin
        self._scheme = urlsplit(own_origin).scheme

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers that there is no such page."""
        if scope["type"] == "http" and self._is_misplaced(scope):
            answer = problem("http", "Not found", 404, "There is no such address on this host.")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_misplaced(self, scope: Scope) -> bool:
        path: str = scope["path"]
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        if origin_of(f"{self._scheme}://{host}") == self._own_origin:
            return is_public_path(path)
        if not path.startswith("/api/") or _PUBLIC_API.fullmatch(path):
            return False
        return (urlsplit(f"//{host}").hostname if host.isprintable() else "") not in LOOPBACK_NAMES
