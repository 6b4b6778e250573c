"""Routes that declare their rule: what a caller must have the right to do."""

from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from analytics_service.domain.principals import Action

Endpoint = Callable[[Request], Awaitable[Response] | Response]


class RuledRoute(Route):
    """A route with its rule: the action for which its handler authorises the caller.

    OPTIONS is answered with the methods that are allowed, unless the handler answers it itself.
    """

    def __init__(
        self, path: str, endpoint: Endpoint, action: Action, *, methods: list[str] | None = None
    ) -> None:
        declared = methods or ["GET"]
        super().__init__(path, endpoint, methods=[*declared, "OPTIONS"])
        self.action = action
        self._answers_options = "OPTIONS" in declared

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or says which methods are allowed."""
        if scope["method"] == "OPTIONS" and not self._answers_options:
            allowed = ", ".join(sorted(self.methods or ()))
            await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
            return
        await super().handle(scope, receive, send)


def require_rules(routes: Iterable[BaseRoute]) -> None:
    """Raises TypeError for a route that declares no rule: the application must not start with it."""
    for route in routes:
        if not isinstance(getattr(route, "action", None), Action):
            raise TypeError(f"{getattr(route, 'path', route)} declares no rule")
