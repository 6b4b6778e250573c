"""Every route of a worker, each with its rule."""

from pathlib import Path

from analytics_service.domain.principals import Action
from analytics_service.web import assets
from analytics_service.web.api import docs
from analytics_service.web.api.counter import make_routes as make_counter_routes
from analytics_service.web.api.openapi import serve_document
from analytics_service.web.api.operations import OPERATIONS
from analytics_service.web.builder.pages import Builder, serve_static
from analytics_service.web.dashboard.environment import serve_static as serve_dashboard_file
from analytics_service.web.dashboard.routes import dashboard_routes
from analytics_service.web.intake import door
from analytics_service.web.outlets.endpoints import Outlets
from analytics_service.web.public.counter import Counter
from analytics_service.web.public.stream import Streams
from analytics_service.web.routes import RuledRoute


def make_routes(streams: Streams, font_file: Path | None) -> list[RuledRoute]:
    """Returns the routes in the order in which they are tried; `font_file` is for pictures of the widget."""
    counter = Counter()
    outlets = Outlets(counter, font_file)
    builder = Builder(outlets)
    return [
        *(door.route_of(dialect) for dialect in door.DIALECTS),
        RuledRoute("/v.js", assets.serve_script("v.js"), Action.READ_PUBLIC),
        RuledRoute("/v/{version}.js", assets.serve_release, Action.READ_PUBLIC),
        RuledRoute("/w.js", assets.serve_script("w.js"), Action.READ_PUBLIC),
        RuledRoute("/w/more.js", assets.serve_script("more.js"), Action.READ_PUBLIC),
        RuledRoute("/w/l/{language}.json", assets.serve_texts, Action.READ_PUBLIC),
        RuledRoute("/f.js", assets.serve_script("f.js"), Action.READ_PUBLIC),
        RuledRoute("/w/{site}.{kind}", outlets.answer, Action.READ_COUNTER),
        RuledRoute("/badge/{site}.json", outlets.answer_badge, Action.READ_COUNTER),
        RuledRoute("/widget", builder.answer_page, Action.READ_PUBLIC),
        RuledRoute("/widget/code", builder.answer_code, Action.READ_PUBLIC),
        RuledRoute("/widget/static/{name}", serve_static, Action.READ_PUBLIC),
        RuledRoute("/static/{digest}/{name}", serve_dashboard_file, Action.READ_PUBLIC),
        RuledRoute("/demo", assets.serve_demo, Action.READ_PUBLIC),
        RuledRoute("/health", assets.report_health, Action.READ_PUBLIC),
        *make_counter_routes(counter, streams),
        RuledRoute("/api/v1/openapi.json", serve_document, Action.READ_PUBLIC),
        RuledRoute("/api", docs.redirect_to_page, Action.READ_PUBLIC),
        RuledRoute("/api/v1", docs.redirect_to_page, Action.READ_PUBLIC),
        RuledRoute("/api/docs", docs.serve_page, Action.READ_PUBLIC),
        RuledRoute("/api/docs/{name}", docs.serve_static, Action.READ_PUBLIC),
        *(operation.make_route() for operation in OPERATIONS),
        *dashboard_routes(streams),
    ]
