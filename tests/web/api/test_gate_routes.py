"""Every route declares its rule, and an application with one that does not must not start."""

import os
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from analytics_service.app import application
from analytics_service.app.route_table import make_routes
from analytics_service.domain.principals import Action
from analytics_service.web.public.stream import Streams
from analytics_service.web.routes import RuledRoute, require_rules


def answer(request: Request) -> Response:
    return Response()


def test_every_route_declares_its_rule() -> None:
    routes = make_routes(Streams(os.urandom), None)
    require_rules(routes)
    assert len(routes) > 15
    assert {route.action for route in routes} >= {Action.READ_PUBLIC, Action.SEND_BEACON, Action.READ_COUNTER}


@pytest.mark.parametrize("route", [Route("/secret", answer), Mount("/more", routes=[])])
def test_a_route_without_a_rule_is_refused(route: Route | Mount) -> None:
    ruled = RuledRoute("/", answer, Action.READ_PUBLIC)
    require_rules([ruled])
    with pytest.raises(TypeError, match=f"{route.path} declares no rule"):
        require_rules([ruled, route])


def test_the_application_starts_only_with_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Route("/secret", answer)
    monkeypatch.setattr(application, "make_routes", lambda *_: [bare])
    config = type("Config", (), {"random": os.urandom, "font_file": Path(), "url": "http://x"})()
    with pytest.raises(TypeError, match="/secret declares no rule"):
        application.create_app(config)
