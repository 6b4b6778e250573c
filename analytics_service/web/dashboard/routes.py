"""Every route of the dashboard, each with its rule."""

from analytics_service.domain.principals import Action
from analytics_service.web.dashboard import factor, links, own_account, people_pages
from analytics_service.web.dashboard.audit_page import show_audit
from analytics_service.web.dashboard.guard import DashboardRoute
from analytics_service.web.dashboard.login import (
    show_confirmation,
    show_login,
    take_confirmation,
    take_login,
    take_logout,
)
from analytics_service.web.dashboard.settings.routes import settings_routes
from analytics_service.web.dashboard.setup import show_setup, take_setup
from analytics_service.web.dashboard.site_routes import site_routes
from analytics_service.web.public.stream import Streams

GET, POST = ("GET",), ("POST",)


def dashboard_routes(streams: Streams) -> list[DashboardRoute]:
    """Returns the routes in the order in which they are tried."""
    return [
        *site_routes(streams),
        *settings_routes(),
        DashboardRoute("/login", show_login, Action.SIGN_IN),
        DashboardRoute("/login", take_login, Action.SIGN_IN, methods=POST),
        DashboardRoute("/setup", show_setup, Action.SIGN_IN),
        DashboardRoute("/setup", take_setup, Action.SIGN_IN, methods=POST),
        DashboardRoute("/login/code", factor.show_code, Action.SIGN_IN),
        DashboardRoute("/login/code", factor.take_code, Action.SIGN_IN, methods=POST),
        DashboardRoute("/forgot", links.show_forgot, Action.SIGN_IN),
        DashboardRoute("/forgot", links.take_forgot, Action.SIGN_IN, methods=POST),
        DashboardRoute("/reset/{token}", links.show_reset, Action.SIGN_IN),
        DashboardRoute("/reset/{token}", links.take_reset, Action.SIGN_IN, methods=POST),
        DashboardRoute("/invitation/{token}", links.show_invitation, Action.SIGN_IN),
        DashboardRoute("/invitation/{token}", links.take_invitation, Action.SIGN_IN, methods=POST),
        DashboardRoute("/logout", take_logout, Action.USE_ACCOUNT, methods=POST),
        DashboardRoute("/confirm", show_confirmation, Action.USE_ACCOUNT),
        DashboardRoute("/confirm", take_confirmation, Action.USE_ACCOUNT, methods=POST),
        *_account_routes(),
        *_people_routes(),
    ]


def _account_routes() -> list[DashboardRoute]:
    """Returns the routes of one's own account; what takes a protection away asks for the password."""
    own = Action.USE_ACCOUNT
    return [
        DashboardRoute("/settings/account", own_account.show_account, own),
        DashboardRoute("/settings/account", own_account.take_profile, own, methods=POST),
        DashboardRoute("/settings/account/password", own_account.take_password, own, methods=POST),
        DashboardRoute("/settings/account/sessions", own_account.end_session, own, methods=POST),
        DashboardRoute("/settings/account/factor", factor.show_new_factor, own, is_confirmed=True),
        DashboardRoute(
            "/settings/account/factor", factor.take_new_factor, own, methods=POST, is_confirmed=True
        ),
        DashboardRoute("/settings/account/codes", factor.show_codes, own),
        DashboardRoute("/settings/account/codes", factor.renew_codes, own, methods=POST, is_confirmed=True),
        DashboardRoute("/settings/account/factor/remove", factor.show_factor_removal, own, is_confirmed=True),
        DashboardRoute(
            "/settings/account/factor/remove",
            factor.take_factor_removal,
            own,
            methods=POST,
            is_confirmed=True,
        ),
    ]


def _people_routes() -> list[DashboardRoute]:
    """Returns the routes that give and take rights, and the audit log."""
    users, people, rule = "/settings/users", "/s/{site}/settings/people", Action.MANAGE_ACCESS
    return [
        DashboardRoute(users, people_pages.show_users, Action.ADMINISTER, is_confirmed=True),
        DashboardRoute(users, people_pages.take_users, Action.ADMINISTER, methods=POST, is_confirmed=True),
        DashboardRoute(people, people_pages.show_people, rule, is_confirmed=True),
        DashboardRoute(people, people_pages.take_people, rule, methods=POST, is_confirmed=True),
        DashboardRoute("/settings/audit", show_audit, Action.ADMINISTER),
    ]
