"""Templates and static files of the dashboard."""

import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from analytics_service.web.dashboard.environment import FOLDER, asset_path, environment, serve_static

STYLE_ATTRIBUTE = re.compile(r"\sstyle\s*=|<style|\son[a-z]+=|javascript:", re.IGNORECASE)


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[Route("/static/{digest}/{name}", serve_static)]))


def test_a_static_file_is_kept_for_ever_under_an_address_that_changes_with_it(client):
    answer = client.get(asset_path("", "dashboard.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (FOLDER / "static" / "dashboard.css").read_bytes()
    plain = client.get(asset_path("", "dashboard.css"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


@pytest.mark.parametrize(
    "path", ["/static/0/dashboard.css", "/static/0/none.css", "/static/x/..%2fbase.html"]
)
def test_no_other_file_is_served(client, path):
    assert client.get(path).status_code == 404


def test_no_template_has_an_inline_style_or_script():
    for file in sorted((FOLDER / "templates").rglob("*.html")):
        text = file.read_text("utf-8")
        assert not STYLE_ATTRIBUTE.search(text), file.name
        scripts = re.findall(r"<script[^>]*>", text)
        assert all(" src=" in script for script in scripts), file.name


def test_the_check_of_templates_bites():
    for planted in (
        '<p style="color:red">',
        "<style>p{}</style>",
        '<p onclick="x()">',
        "<a href=javascript:x>",
    ):
        assert STYLE_ATTRIBUTE.search(planted)


def test_every_template_compiles():
    for name in environment().list_templates():
        environment().get_template(name)
