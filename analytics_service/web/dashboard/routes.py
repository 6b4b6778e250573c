"""Every route of the dashboard, each with its rule."""

from analytics_service.domain.principals import Action
from analytics_service.web.dashboard.guard import DashboardRoute
from analytics_service.web.dashboard.login import (
    show_confirmation,
    show_login,
    take_confirmation,
    take_login,
    take_logout,
)
from analytics_service.web.dashboard.setup import show_setup, take_setup
from analytics_service.web.dashboard.site_routes import site_routes
from analytics_service.web.public.stream import Streams

GET, POST = ("GET",), ("POST",)


def dashboard_routes(streams: Streams) -> list[DashboardRoute]:
    """Returns the routes in the order in which they are tried."""
    return [
        *site_routes(streams),
        DashboardRoute("/login", show_login, Action.SIGN_IN),
        DashboardRoute("/login", take_login, Action.SIGN_IN, methods=POST),
        DashboardRoute("/setup", show_setup, Action.SIGN_IN),
        DashboardRoute("/setup", take_setup, Action.SIGN_IN, methods=POST),
        DashboardRoute("/logout", take_logout, Action.USE_ACCOUNT, methods=POST),
        DashboardRoute("/confirm", show_confirmation, Action.USE_ACCOUNT),
        DashboardRoute("/confirm", take_confirmation, Action.USE_ACCOUNT, methods=POST),
    ]
