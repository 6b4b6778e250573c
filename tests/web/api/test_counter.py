"""Counter and stream for who shows a key: private sites too, and nothing more than a key may see."""

import json
from collections.abc import Iterator

import httpx2
import msgspec
import pytest

from analytics_service.domain.counter import Item
from analytics_service.web.api import site_answers
from tests.service import run, until
from tests.web.api.conftest import ORIGIN, Stand, add_key


def counter_of(site: str, more: str = "") -> str:
    return f"/sites/{site}/counter{more}"


def test_a_private_counter_is_there_for_its_keys_only(stand: Stand) -> None:
    answer = stand.get(counter_of(stand.a, "?items=today,peak&metric=pageviews"))
    assert answer.status_code == 200
    assert msgspec.json.decode(answer.content, type=site_answers.Counter).counts["today"] == 3
    assert answer.headers["cache-control"] == "private, no-cache"
    nobody = stand.get(counter_of("nobody"), None)
    hidden = stand.get(counter_of(stand.a), None)
    assert (
        (hidden.status_code, hidden.content) == (nobody.status_code, nobody.content) == (404, hidden.content)
    )
    assert stand.get(counter_of(stand.a), "writes_a").status_code == 403
    assert stand.get(counter_of(stand.a), "vs_aaaaaaaa_" + 43 * "a").status_code == 401


def test_a_key_of_another_site_sees_what_everybody_sees(stand: Stand) -> None:
    run("site", "counter", stand.b, "--item", "total", data=stand.service.data)
    until(lambda: stand.get(counter_of(stand.b, "?items=today"), None).status_code, (403).__eq__)
    try:
        assert stand.get(counter_of(stand.b, "?items=today")).status_code == 403
        assert stand.get(counter_of(stand.b, "?items=today"), "writes_a").status_code == 403
        assert stand.get(counter_of(stand.b, "?items=today"), "reads_all").status_code == 200
        assert stand.get(counter_of(stand.b)).json()["counts"].keys() == {"total"}
    finally:
        every = [word for item in Item for word in ("--item", item.value)]
        done = run("site", "counter", stand.b, *every, data=stand.service.data)
        assert done.returncode == 0, done.stderr
        until(lambda: stand.get(counter_of(stand.b, "?items=today"), None).status_code, (200).__eq__)


def test_few_visitors_on_a_page_are_a_number_for_keys_only(stand: Stand) -> None:
    done = run("site", "counter", stand.b, "--pages", data=stand.service.data)
    assert done.returncode == 0, done.stderr
    path = counter_of(stand.b, "?items=online,today&path=/")
    until(lambda: stand.get(path, None).status_code, (200).__eq__)
    assert stand.get(path, None).json()["counts"] == {"online": None, "today": 1}
    assert stand.get(path, "reads_all").json()["counts"] == {"online": 1, "today": 1}


def test_a_preflight_of_the_counter_allows_every_page_and_a_key_for_its_own(stand: Stand) -> None:
    def preflight(origin: str) -> httpx2.Headers:
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answer = stand.get(counter_of(stand.b), None, method="OPTIONS", headers=headers)
        assert answer.status_code == 204
        return answer.headers

    assert preflight("https://other.example.com")["access-control-allow-origin"] == "*"
    assert "Authorization" not in preflight("https://other.example.com")["access-control-allow-headers"]
    assert preflight(ORIGIN)["access-control-allow-origin"] == ORIGIN
    assert "Authorization" in preflight(ORIGIN)["access-control-allow-headers"]


def events(lines: Iterator[str]) -> Iterator[dict[str, object]]:
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_a_private_stream_lasts_as_long_as_its_key(stand: Stand) -> None:
    key = add_key(stand.service, "--site", stand.a)
    until(lambda: stand.get("/sites", key).status_code, (200).__eq__)
    path = f"/api/v1/sites/{stand.a}/stream"
    assert stand.get(f"/sites/{stand.a}/stream", None).status_code == 404
    assert stand.get(f"/sites/{stand.a}/stream?items=today").status_code == 400
    with stand.service.http.stream("GET", path, headers={"Authorization": f"Bearer {key}"}) as answer:
        lines = answer.iter_lines()
        first = msgspec.convert(next(events(lines)), site_answers.CounterEvent)
        assert (answer.status_code, first.total) == (200, 1)
        assert run("key", "revoke", key, data=stand.service.data).returncode == 0
        # It ends by itself: nothing is left to read.
        assert not [line for line in lines if line.startswith("data: ")]


@pytest.mark.parametrize("key", [None, "reads_all"])
def test_the_head_of_a_stream_ends_at_once(stand: Stand, key: str | None) -> None:
    answer = stand.get(f"/sites/{stand.b}/stream", key, method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
