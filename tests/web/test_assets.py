"""The scripts as pages load them: by name, by release, and under a site's own path."""

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest

from analytics_service import __version__
from tests.service import Service, add_site, known, run, serving, view_id

OWN = ("--public-url", "https://www.example.vn/stats")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(
        tmp_path_factory.mktemp("scripts") / "data",
        env={"ANALYTICS_PUBLIC_URL": OWN[1], "ANALYTICS_DEMO": "yes"},
    ) as running:
        yield running


@pytest.mark.parametrize(
    "path", ["/v.js", "/w.js", "/w/more.js", "/f.js", "/w/l/th.json", f"/v/{__version__}.js"]
)
def test_every_page_may_load_it_compressed_and_ask_whether_it_changed(service: Service, path: str) -> None:
    answer = service.http.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    asked = {"If-None-Match": answer.headers["etag"]}
    assert service.http.get(path, headers=asked).status_code == 304


def test_a_release_stays_as_it_is_and_its_integrity_is_printed(service: Service) -> None:
    site = add_site(service.data, "pinned.example.vn")["public_id"]
    told = run("site", "snippet", site, "--pinned", *OWN, data=service.data).stdout
    path, integrity = re.findall(r'src="https://www.example.vn/stats(/v/[^"]+)" integrity="([^"]+)"', told)[0]
    answer = service.http.get(path)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    right = base64.b64encode(hashlib.sha384(answer.content).digest()).decode()
    assert integrity == f"sha384-{right}"
    plain = run("site", "snippet", site, *OWN, data=service.data).stdout
    assert f'<script defer src="https://www.example.vn/stats/v.js" data-site="{site}"></script>' in plain


@pytest.mark.parametrize("path", ["/v/9.9.9.js", "/w/l/xx.json", "/w/l/..%2fv.json", "/v/..%2f..%2fv.js"])
def test_what_there_is_not_is_a_404(service: Service, path: str) -> None:
    assert service.http.get(path).status_code == 404


def test_the_health_check_tells_doctor_of_a_proxy_that_names_nobody(service: Service) -> None:
    assert service.http.get("/health").headers["x-vstats-client"] == "unnamed"
    for name, value in (("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9;proto=https")):
        assert "x-vstats-client" not in service.http.get("/health", headers={name: value}).headers


def test_everything_lies_under_the_sites_own_path_too(service: Service) -> None:
    site = add_site(service.data, "own.example.vn")["public_id"]
    known(service, site)
    beacon = {"k": "v", "s": site, "i": view_id(), "u": "https://own.example.vn/"}
    assert service.http.post("/stats/v", json=beacon).headers["x-vstats"] == "counted"
    assert service.http.post("/v", json={**beacon, "i": view_id()}).headers["x-vstats"] == "counted"
    assert (
        service.http.get(f"/stats/api/v1/sites/{site}/counter?items=online").json()["counts"]["online"] == 1
    )
    for path in ("/stats/v.js", "/stats/w.js", f"/stats/w/{site}.svg", "/stats/demo", "/stats/health"):
        assert service.http.get(path).status_code == 200
    assert service.http.get("/stats/").headers["location"] == "/login"
    assert service.http.get("/statsv.js").status_code == 404
