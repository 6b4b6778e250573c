"""What every keyed answer carries: encodings, tags, pages of lists, and up to when facts are in it."""

import gzip
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from analytics_service.web.api.operations import OPERATIONS
from tests.service import until
from tests.web.api.conftest import Stand
from tests.web.api.test_gate_rights import path_of

LONG = "timeseries?period=2026-11-22&interval=hour"


def test_a_long_answer_is_compressed_as_its_client_takes_it(stand: Stand) -> None:
    path, tags = f"/sites/{stand.a}/{LONG}", set()
    plain = stand.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for encoding, decode in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        url = f"{stand.service.url}/api/v1{path}"
        headers = {"Accept-Encoding": encoding, "Authorization": f"Bearer {stand.keys['reads_a']}"}
        with stand.service.http.stream("GET", url, headers=headers) as answer:
            raw = b"".join(answer.iter_raw())
            assert answer.headers["content-encoding"] == encoding
            assert "Accept-Encoding" in answer.headers["vary"]
            assert decode(raw) == plain.content
            assert len(raw) == int(answer.headers["content-length"]) < len(plain.content) / 2
            tags.add(answer.headers["etag"])
        # Each form has its tag: the other one's is no reason for a 304.
        again = stand.get(
            path, headers={"Accept-Encoding": encoding, "If-None-Match": answer.headers["etag"]}
        )
        assert (again.status_code, again.headers["etag"]) == (304, answer.headers["etag"])
        other = stand.get(
            path, headers={"Accept-Encoding": "identity", "If-None-Match": answer.headers["etag"]}
        )
        assert other.status_code == 200
    assert len(tags | {plain.headers["etag"]}) == 3


def test_a_short_answer_is_not_compressed(stand: Stand) -> None:
    answer = stand.get(f"/sites/{stand.a}/counts?period=2020", headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in answer.headers


def test_each_answer_tells_up_to_when_facts_are_in_it(stand: Stand) -> None:
    for operation in OPERATIONS:
        answer = stand.get(path_of(operation, stand.a))
        at = datetime.fromisoformat(answer.headers["x-vstats-applied-until"])
        assert timedelta(0) < datetime.now(UTC) - at < timedelta(minutes=10), operation.name
    assert "x-vstats-applied-until" not in stand.get("/sites", None).headers


def test_sites_come_page_by_page_and_none_twice(stand: Stand) -> None:
    found, path = [], "/sites?limit=1"
    while path:
        answer = stand.get(path, "reads_all")
        body = answer.json()
        assert body["meta"]["total_rows"] == 3
        found += [site["site"] for site in body["sites"]]
        link = answer.links.get("next", {}).get("url", "")
        assert (body["meta"]["next_cursor"] is None) == (link == "")
        path = f"/sites{link}" if link else ""
    assert len(found) == 3
    assert found[1:] == [stand.a, stand.b]


@pytest.mark.parametrize("cursor", ["x", "1", "AAAA", "A" * 30_000])
def test_a_made_up_cursor_of_a_list_is_refused(stand: Stand, cursor: str) -> None:
    for path in ("/sites", f"/sites/{stand.a}/drops"):
        answer = stand.get(f"{path}?cursor={cursor}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "cursor")


def test_the_cursor_of_one_list_is_not_for_another(stand: Stand) -> None:
    cursor = stand.get("/sites?limit=1", "reads_all").json()["meta"]["next_cursor"]
    for path in (f"/sites/{stand.a}/drops", f"/sites/{stand.a}/breakdown/page"):
        assert stand.get(f"{path}?cursor={cursor}").status_code == 400


def test_who_is_online_is_listed_by_page(stand: Stand) -> None:
    stand.service.beacon(stand.a, "https://a.example.vn/tin")
    path = f"/sites/{stand.a}/online?by=page"
    body = until(lambda: stand.get(path).json(), lambda found: found["results"][0]["page"] == "/tin")
    assert body["results"] == [{"page": "/tin", "title": None, "online": 1, "is_other": False}]
    assert body["online"] == 1
    for wrong in ("by=source", "by=page&path=/", "limit=5", "by=page&limit=0"):
        assert stand.get(f"/sites/{stand.a}/online?{wrong}").status_code == 400, wrong


def test_every_route_says_which_methods_it_has(stand: Stand) -> None:
    for operation in OPERATIONS:
        answer = stand.get(path_of(operation, stand.a), None, method="OPTIONS")
        assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    for path in ("/health", "/v.js", "/widget", "/api/v1/openapi.json", "/demo"):
        answer = stand.service.http.options(path)
        assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert stand.service.http.options("/v").status_code == 204
