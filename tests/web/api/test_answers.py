"""Answers of the API: their figures, their form, their headers."""

from datetime import UTC, datetime

import msgspec
import pytest

from analytics_service.domain.dimensions import BROKEN_DOWN
from analytics_service.domain.query import MEASURES
from analytics_service.web.api import answers
from analytics_service.web.api.operations import OPERATIONS, Operation
from tests.service import run, until
from tests.web.api.conftest import ORIGIN, Stand, add_key
from tests.web.api.test_gate_rights import path_of

BY = "?period=today&metrics=pageviews,visits"


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("more", ["", "period=2026&compare=previous&filter=page:not:/nowhere"])
def test_each_answer_has_the_form_that_its_document_names(
    stand: Stand, operation: Operation, more: str
) -> None:
    if "period" not in operation.parameters and more:
        return
    path = path_of(operation, stand.a)
    answer = stand.get(path + (f"{'&' if '?' in path else '?'}{more}" if more else ""))
    assert answer.status_code == 200, answer.text
    msgspec.json.decode(answer.content, type=operation.answer)


def test_the_types_name_every_metric_and_dimension() -> None:
    figures = {field.name for field in msgspec.structs.fields(answers.Figures)}
    assert figures == set(MEASURES)
    row = {field.name for field in msgspec.structs.fields(answers.Row)}
    assert row - figures == {"is_other", "title", "comparison", "change", *(d.word for d in BROKEN_DOWN)}


def test_totals_series_and_rows_agree(stand: Stand) -> None:
    counts = stand.get(f"/sites/{stand.a}/counts{BY}").json()
    assert counts["results"] == {"pageviews": 3, "visits": 1}
    series = stand.get(f"/sites/{stand.a}/timeseries{BY}&interval=hour").json()["results"]
    assert len(series) == 24
    assert sum(bucket["pageviews"] for bucket in series) == 3
    rows = stand.get(f"/sites/{stand.a}/breakdown/page{BY}").json()["results"]
    assert [(row["page"], row["pageviews"]) for row in rows] == [("/tin", 2), ("/", 1)]
    overview = stand.get(f"/sites/{stand.a}/overview{BY}").json()
    assert overview["totals"]["results"] == counts["results"]
    assert overview["panels"]["page"]["results"][0]["page"] == "/tin"
    assert overview["counter"]["total"] == 1


def test_several_sites_stand_beside_each_other_with_their_sum(stand: Stand) -> None:
    body = stand.get(f"/counts{BY}&sites={stand.b},{stand.a}", "reads_all").json()
    by_site = {line["site"]: line["results"]["pageviews"] for line in body["sites"]}
    assert (by_site, body["combined"]["results"]["pageviews"]) == ({stand.a: 3, stand.b: 1}, 4)
    assert stand.get(f"/counts{BY}", "reads_all").json()["combined"] == body["combined"]
    alone = stand.get(f"/counts{BY}").json()
    assert [line["site"] for line in alone["sites"]] == [stand.a]


def test_online_and_drops(stand: Stand) -> None:
    assert stand.get(f"/sites/{stand.a}/online").json()["online"] == 1
    assert stand.get(f"/sites/{stand.a}/online?path=/tin/").json()["online"] == 1
    assert stand.get(f"/sites/{stand.a}/online?path=/nowhere").json()["online"] == 0
    drops = until(
        lambda: stand.get(f"/sites/{stand.a}/drops").json()["results"], lambda found: len(found) == 1
    )
    assert (drops[0]["reason"], drops[0]["beacons"]) == ("hostname", 1)
    assert stand.get(f"/sites/{stand.a}/drops?from=1999-01-01").status_code == 400


def test_pages_of_rows_follow_their_links(stand: Stand) -> None:
    path, found = f"/sites/{stand.a}/breakdown/page", []
    following = f"{BY}&limit=1&filter=page:not:/a%26b"
    while following:
        answer = stand.get(path + following)
        found += [row["page"] for row in answer.json()["results"]]
        link = answer.links.get("next", {}).get("url", "")
        following = link[link.index("?") :] if link else ""
    assert found == ["/tin", "/"]


def test_an_unchanged_answer_is_304_and_private(stand: Stand) -> None:
    path = f"/sites/{stand.a}/counts?period=2020"
    first = stand.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    again = stand.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = stand.get(f"{path}&metrics=events", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_head_answers_like_get_without_a_body(stand: Stand) -> None:
    path = f"/sites/{stand.a}/counts?period=2020"
    got, head = stand.get(path), stand.get(path, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == got.headers["content-length"]
    assert stand.get(path, method="POST").status_code == 405


@pytest.mark.parametrize(
    ("path", "parameter", "text"),
    [
        ("counts?period=lastweek", "period", "last_week"),
        ("counts?perod=today", "perod", "did you mean 'period'"),
        ("counts?interval=day", "interval", "unknown parameter"),
        ("counts?metrics=visit", "metrics", "did you mean 'visits'"),
        ("counts?period=today&period=week", "period", "only once"),
        ("breakdown/pages", "dimension", "did you mean 'page'"),
        ("breakdown/page?limit=1001", "limit", "from 1 to 1000"),
        ("breakdown/page?cursor=eyJ", "cursor", "no cursor"),
        ("online?page=/", "page", "unknown parameter"),
        ("online?path=x", "path", "path of a page"),
        ("drops?from=yesterday", "from", "must be a day"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_right(
    stand: Stand, path: str, parameter: str, text: str
) -> None:
    answer = stand.get(f"/sites/{stand.a}/{path}")
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert text in body["detail"], body
    assert body["errors"][0]["parameter"] == parameter
    assert body["instance"] == f"/api/v1/sites/{stand.a}/{path.partition('?')[0]}"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "access-control-allow-origin" not in answer.headers


def test_pages_of_a_keys_origins_may_read_and_those_of_others_may_not(stand: Stand) -> None:
    def preflight(origin: str) -> str | None:
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answer = stand.get("/sites", None, method="OPTIONS", headers=headers)
        assert answer.status_code == 204
        return answer.headers.get("access-control-allow-origin")

    assert preflight(ORIGIN) == ORIGIN
    assert preflight("https://other.example.com") is None
    read = stand.get("/sites", headers={"Origin": ORIGIN})
    assert (read.status_code, read.headers["access-control-allow-origin"]) == (200, ORIGIN)
    wrong = stand.get("/nothing?x=1", headers={"Origin": ORIGIN})
    assert wrong.status_code == 404
    for key, origin in (("reads_a", "https://other.example.com"), ("reads_all", ORIGIN)):
        refused = stand.get("/sites", key, headers={"Origin": origin})
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers


def test_a_key_has_a_limit_of_its_own(stand: Stand) -> None:
    key = add_key(stand.service, "--site", stand.a)
    first = until(lambda: stand.get("/sites", key), lambda answer: answer.status_code == 200)
    assert first.headers["ratelimit-policy"] == '"default";q=600;w=60'
    left = int(first.headers["ratelimit"].partition("r=")[2].partition(";")[0])
    assert 590 <= left <= 599
    statuses = [stand.get("/sites", key).status_code for _ in range(50)]
    for _ in range(5_000):
        answer = stand.get("/sites", key)
        if answer.status_code == 429:
            break
    assert set(statuses) == {200}
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert '"default";r=0;' in answer.headers["ratelimit"]
    assert stand.get("/sites").status_code == 200


def test_a_revoked_key_lets_nobody_in(stand: Stand) -> None:
    key = add_key(stand.service, "--site", stand.a, "--name", "for a day")
    until(lambda: stand.get("/sites", key).status_code, (200).__eq__)
    assert run("key", "revoke", key, data=stand.service.data).returncode == 0
    assert until(lambda: stand.get("/sites", key).status_code, (401).__eq__) == 401


def test_the_last_use_is_written_beside_the_requests(stand: Stand) -> None:
    key = add_key(stand.service, "--site", stand.a)
    until(lambda: stand.get("/sites", key).status_code, (200).__eq__)
    listed = until(
        lambda: run("key", "list", "--json", data=stand.service.data).stdout,
        lambda text: any(f["used_at"] for f in msgspec.json.decode(text)),
        limit=90,
    )
    used = [found["used_at"] for found in msgspec.json.decode(listed) if found["used_at"]]
    assert all(datetime.fromisoformat(at) <= datetime.now(UTC) for at in used)
    assert used
