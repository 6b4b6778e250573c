"""Every route of the settings, each with its rule; what gives or takes rights asks for the password again."""

from analytics_service.domain.principals import Action
from analytics_service.web.dashboard.guard import DashboardRoute
from analytics_service.web.dashboard.settings import (
    counter,
    data,
    drops,
    general,
    install,
    keys,
    reviews,
    rules,
    system,
)

POST = ("POST",)
BASE = "/s/{site}/settings"


def settings_routes() -> list[DashboardRoute]:
    """Returns the routes in the order in which they are tried."""
    change, review, access = Action.CHANGE_SITE, Action.REVIEW_VISITS, Action.MANAGE_ACCESS
    return [
        DashboardRoute("/sites/deleted", data.show_deleted, Action.USE_ACCOUNT),
        DashboardRoute("/sites/deleted", data.take_restore, Action.USE_ACCOUNT, methods=POST),
        DashboardRoute("/settings/system", system.show_system, Action.ADMINISTER),
        DashboardRoute(f"{BASE}/general", general.show_general, change),
        DashboardRoute(f"{BASE}/general", general.take_general, change, methods=POST),
        DashboardRoute(f"{BASE}/new-id", general.take_new_id, change, methods=POST),
        DashboardRoute(f"{BASE}/install", install.show_install, Action.READ_FIGURES),
        DashboardRoute(f"{BASE}/counter", counter.show_counter, change),
        DashboardRoute(f"{BASE}/counter", counter.take_counter, change, methods=POST),
        DashboardRoute(f"{BASE}/opening", counter.take_balance, change, methods=POST),
        DashboardRoute(f"{BASE}/rules", rules.show_rules, Action.CHANGE_RULES),
        DashboardRoute(f"{BASE}/rules", rules.take_rules, Action.CHANGE_RULES, methods=POST),
        DashboardRoute(f"{BASE}/drops", drops.show_drops, Action.READ_DROPS),
        DashboardRoute(f"{BASE}/drops/review", reviews.show_review, review),
        DashboardRoute(f"{BASE}/drops/review", reviews.take_review, review, methods=POST),
        DashboardRoute(f"{BASE}/drops/tasks/{{task}}", reviews.show_task, review),
        DashboardRoute(f"{BASE}/data", data.show_data, change),
        DashboardRoute(f"{BASE}/delete", data.show_deletion, Action.DELETE_SITE, is_confirmed=True),
        DashboardRoute(
            f"{BASE}/delete", data.take_deletion, Action.DELETE_SITE, methods=POST, is_confirmed=True
        ),
        DashboardRoute(f"{BASE}/owner", data.show_handover, Action.DELETE_SITE, is_confirmed=True),
        DashboardRoute(
            f"{BASE}/owner", data.take_handover, Action.DELETE_SITE, methods=POST, is_confirmed=True
        ),
        DashboardRoute(f"{BASE}/keys", keys.show_keys, access, is_confirmed=True),
        DashboardRoute(f"{BASE}/keys", keys.take_key, access, methods=POST, is_confirmed=True),
        DashboardRoute(f"{BASE}/keys/revoke", keys.take_revocation, access, methods=POST, is_confirmed=True),
    ]
