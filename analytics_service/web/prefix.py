"""The service under a path of a site's own, as in https://www.example.vn/stats."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send


def prefix_of(url: str) -> str:
    """Returns the path of the service's own address, without a slash at its end; "" where it has none."""
    return urlsplit(url).path.rstrip("/")


class PrefixMiddleware:
    """Removes the prefix from each path, so that a proxy may remove it or leave it."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, without the prefix."""
        if scope["type"] == "http" and scope["path"].startswith(f"{self._prefix}/"):
            raw = scope["raw_path"].removeprefix(self._prefix.encode())
            scope = {**scope, "path": scope["path"].removeprefix(self._prefix), "raw_path": raw}
        await self._app(scope, receive, send)
