"""Every route of the dashboard, each with its rule."""

from analytics_service.domain.principals import Action
from analytics_service.web.dashboard.guard import DashboardRoute
from analytics_service.web.dashboard.home import show_home
from analytics_service.web.dashboard.login import (
    show_confirmation,
    show_login,
    take_confirmation,
    take_login,
    take_logout,
)
from analytics_service.web.dashboard.setup import show_setup, take_setup

GET, POST = ("GET",), ("POST",)


def dashboard_routes() -> list[DashboardRoute]:
    """Returns the routes in the order in which they are tried."""
    return [
        DashboardRoute("/", show_home, Action.USE_ACCOUNT),
        DashboardRoute("/login", show_login, Action.SIGN_IN),
        DashboardRoute("/login", take_login, Action.SIGN_IN, methods=POST),
        DashboardRoute("/setup", show_setup, Action.SIGN_IN),
        DashboardRoute("/setup", take_setup, Action.SIGN_IN, methods=POST),
        DashboardRoute("/logout", take_logout, Action.USE_ACCOUNT, methods=POST),
        DashboardRoute("/confirm", show_confirmation, Action.USE_ACCOUNT),
        DashboardRoute("/confirm", take_confirmation, Action.USE_ACCOUNT, methods=POST),
    ]
