"""Every route of the dashboard about sites and their figures, each with its rule."""

from analytics_service.domain.principals import Action
from analytics_service.web.dashboard import handlers
from analytics_service.web.dashboard.guard import DashboardRoute
from analytics_service.web.dashboard.live_stream import make_stream_handler
from analytics_service.web.public.stream import Streams

POST = ("POST",)


def site_routes(streams: Streams) -> list[DashboardRoute]:
    """Returns the routes in the order in which they are tried."""
    read, write = Action.READ_FIGURES, Action.WRITE_ANNOTATIONS
    return [
        DashboardRoute("/", handlers.answer_sites, Action.USE_ACCOUNT),
        DashboardRoute("/theme", handlers.set_theme, Action.USE_ACCOUNT, methods=POST),
        DashboardRoute("/sites/new", handlers.answer_new_site, Action.CREATE_SITE),
        DashboardRoute("/sites/new", handlers.take_new_site, Action.CREATE_SITE, methods=POST),
        DashboardRoute("/s/{site}", handlers.answer_overview, read),
        DashboardRoute("/s/{site}/rows.csv", handlers.answer_rows, read),
        DashboardRoute("/s/{site}/stream", make_stream_handler(streams), read),
        DashboardRoute("/s/{site}/realtime", handlers.answer_realtime, read),
        DashboardRoute("/s/{site}/favourite", handlers.set_favourite, read, methods=POST),
        DashboardRoute("/s/{site}/notes", handlers.answer_notes, read),
        DashboardRoute("/s/{site}/notes", handlers.take_note, write, methods=POST),
        DashboardRoute("/s/{site}/notes/delete", handlers.delete_note, write, methods=POST),
    ]
