"""What every route does at the port, whatever it is for."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.service import BROWSER, Service, add_site, known, serving, until

HOST = "attacker-3c1.example"
LISTENERS_OF_SENDER = 20


@dataclass
class Stage:
    """A service to which the test is no trusted proxy, with one site."""

    service: Service
    site: str

    @property
    def stream(self) -> str:
        return f"{self.service.url}/api/v1/sites/{self.site}/stream"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = tmp_path_factory.mktemp("port") / "data"
    with serving(data, env={"ANALYTICS_TRUSTED_PROXIES": "10.9.9.9/32"}) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        yield Stage(service, site)


def routes(site: str) -> list[str]:
    named = [
        *("/", "/v", "/v.gif", "/v.js", "/v/0.1.0.js", "/w.js", "/w/more.js", "/w/l/en.json", "/f.js"),
        *(f"/w/{site}.{kind}" for kind in ("svg", "json", "txt", "png", "html", "nothing")),
        f"/badge/{site}.json",
        *("/widget", "/widget/code", "/widget/static/builder.js", "/widget/static/none", "/demo", "/health"),
        *(f"/api/v1/sites/{site}/counter", "/api/v1/sites/zzz/counter", "/nowhere", "//nowhere", "/v%2f"),
    ]
    return [*named, *(f"{path}/" for path in named), *(f"{path}?items=x&accent=x&a=%00" for path in named)]


def asked(stage: Stage, path: str, method: str = "GET") -> bytes:
    """Everything that is answered, headers and body, to a request that names a host of its own."""
    address = urlsplit(stage.service.url)
    heard = b""
    with closing(socket.create_connection((address.hostname, address.port), timeout=20)) as stream:
        lines = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        stream.sendall(lines.encode())
        while piece := stream.recv(65536):
            heard += piece
    return heard


def test_no_answer_is_built_from_the_host_that_a_client_names(stage: Stage) -> None:
    for path in routes(stage.site):
        for method in ("GET", "POST", "OPTIONS"):
            answer = asked(stage, path, method)
            assert answer.startswith(b"HTTP/1.1 "), path
            assert HOST.encode() not in answer, (method, path)


def test_a_slash_too_many_is_no_redirect(stage: Stage) -> None:
    for path in ("/demo/", "/widget/", "/health/", "/v/", "/v.gif/", f"/w/{stage.site}.svg/", "/v%2f"):
        assert asked(stage, path).startswith(b"HTTP/1.1 404 "), path


def test_no_answer_may_be_taken_for_another_type_than_it_says(stage: Stage) -> None:
    for path in routes(stage.site):
        head = asked(stage, path).partition(b"\r\n\r\n")[0].decode("latin-1").lower().split("\r\n")
        assert [line for line in head if line.startswith("x-content-type-options")] == [
            "x-content-type-options: nosniff"
        ], path


@pytest.mark.parametrize(
    "path",
    [
        *("/v/%00.js", "/w/l/%00.json", "/widget/static/%00", "/v/..%2f..%2fdemo.js", "/v/%2e%2e.js"),
        *("/v/" + "x" * 300 + ".js", "/w/l/" + "x" * 300 + ".json", "/w/l/" + "%C3%BC" * 300 + ".json"),
        *("/w/" + "x" * 3000 + ".svg", "/w/%00.svg", "/badge/%00.json", "/api/v1/sites/%00/counter"),
        *("/v/.js", "/v/x.js.br", "/w/l/.json", "/w/l/vi.json.gz"),
    ],
)
def test_a_name_that_is_no_files_is_not_found(stage: Stage, path: str) -> None:
    assert asked(stage, path).split()[1] == b"404"


@pytest.mark.parametrize("name", ["accent", "accent-text", "bg", "text", "muted", "border", "live"])
@pytest.mark.parametrize(
    "colour", ["abc", "%23abc", "aabbcc", "%23aabbcc", "ABC", "ab", "abcd", "%00", "x" * 300]
)
def test_no_colour_is_a_fault_of_the_service(stage: Stage, name: str, colour: str) -> None:
    for path in ("/widget", "/widget/code", f"/w/{stage.site}.svg", f"/w/{stage.site}.html"):
        named = "" if path.startswith("/w/") else f"&site={stage.site}"
        answer = httpx2.get(f"{stage.service.url}{path}?{name}={colour}{named}", headers=BROWSER)
        assert answer.status_code < 500, (path, answer.text)
        assert "##" not in answer.text
    assert "Traceback" not in stage.service.log.read_text()


def first_event(stage: Stage, last: str = "") -> dict[str, str]:
    headers = {"Last-Event-ID": last} if last else {}
    event: dict[str, str] = {}
    with httpx2.stream("GET", stage.stream, headers=headers, timeout=20) as answer:
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            event[name] = value
            if not line and "data" in event:
                return event
    raise AssertionError("the stream ended")


def test_who_comes_back_to_a_stream_alone_is_told_what_is_new_at_once(stage: Stage) -> None:
    last = first_event(stage)["id"]
    # Each was the only listener, so that each found a channel that counts anew.
    assert stage.service.beacon(stage.site, "https://x.example.vn/").status_code == 202
    again = first_event(stage, last)
    assert again["id"] != last
    assert set(json.loads(again["data"])) == {"online", "today", "total", "generated_at"}


def test_one_sender_has_20_streams_and_no_more_and_gets_them_again(stage: Stage) -> None:
    def status() -> int:
        with httpx2.stream("GET", stage.stream, timeout=20) as answer:
            return answer.status_code

    def is_free(code: int) -> bool:
        return code == 200

    assert until(status, is_free) == 200
    with ExitStack() as stack:
        opened = [
            stack.enter_context(httpx2.stream("GET", stage.stream, timeout=20)).status_code
            for _ in range(LISTENERS_OF_SENDER)
        ]
        assert opened == [200] * LISTENERS_OF_SENDER
        with httpx2.stream("GET", stage.stream, timeout=20) as refused:
            refused.read()
            assert refused.status_code == 503
            assert refused.headers["access-control-allow-origin"] == "*"
            assert int(refused.headers["retry-after"]) > 0
    assert until(status, is_free) == 200
    assert not re.search(r"Traceback|Task exception", stage.service.log.read_text())
