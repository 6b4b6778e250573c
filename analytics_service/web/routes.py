"""Routes that declare their rule: what a caller must have the right to do."""

from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from analytics_service.domain.principals import Action

Endpoint = Callable[[Request], Awaitable[Response] | Response]


class RuledRoute(Route):
    """A route with its rule: the action for which its handler authorises the caller."""

    def __init__(
        self, path: str, endpoint: Endpoint, action: Action, *, methods: list[str] | None = None
    ) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.action = action


def require_rules(routes: Iterable[BaseRoute]) -> None:
    """Raises TypeError for a route that declares no rule: the application must not start with it."""
    for route in routes:
        if not isinstance(getattr(route, "action", None), Action):
            raise TypeError(f"{getattr(route, 'path', route)} declares no rule")
