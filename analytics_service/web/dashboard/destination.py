"""Where somebody is sent after a form: only to a page of the dashboard that can be opened."""

from starlette.routing import Match

from analytics_service.web.dashboard.call import PageCall, safe_path
from analytics_service.web.dashboard.guard import DashboardRoute


def find_destination(call: PageCall, text: str) -> str:
    """Returns a path of the dashboard that answers GET, with its query; for any other text "/"."""
    path = safe_path(text)
    scope = {"type": "http", "method": "GET", "path": path.partition("?")[0], "path_params": {}}
    is_page = any(
        isinstance(route, DashboardRoute) and route.matches(scope)[0] is Match.FULL
        for route in call.request.app.routes
    )
    return path if is_page else "/"
