"""What a request may be at most, and what is offered with it in vain: alike at both doors."""

import json
import socket
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from analytics_service.web.intake.connection_limit import CONNECTION_LIMIT, SENDER_SHARE
from tests.contracts.doors import DOORS, Answer, Door, ask_both, read_answers, statuses_of
from tests.service import BROWSER, serving, until

LIMIT_OF_SENDER = CONNECTION_LIMIT // SENDER_SHARE
HEAD_LIMIT, HEADERS_LIMIT = 32 * 1024, 100
# While they arrive, bytes are counted by slices of 1 KiB.
OVER = HEAD_LIMIT + 2048
COUNTED = len("/health") + len("Host: x\r\n") + len("a: \r\n")
EXACTLY = "x" * (HEAD_LIMIT - COUNTED)
UPGRADES = [
    ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"),
    ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    ("Upgrade: h2c", "Connection: keep-alive, upgrade"),
    ("Connection: upgrade", "Upgrade: nonsense/1"),
]


def got(*headers: str, path: str = "/health", host: str = "Host: x\r\n", version: str = "1.1") -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"GET {path} HTTP/{version}\r\n{host}{lines}\r\n".encode()


def refused(answer: Answer, status: int) -> None:
    code, headers, body = answer
    assert (code, headers["connection"]) == (status, "close")
    assert headers["content-type"] == "application/problem+json"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-content-type-options"] == "nosniff"
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize("headers", UPGRADES)
def test_an_offered_upgrade_is_ignored_and_the_beacon_counted(
    doors: list[Door], headers: tuple[str, ...]
) -> None:
    for pieces in (1, 2, 7):

        def sent(door: Door, count: int = pieces) -> list[bytes]:
            whole = (
                door.post(*headers, *(f"{name}: {value}" for name, value in BROWSER.items())) + door.post()
            )
            size = len(whole) // count + 1
            return [whole[at : at + size] for at in range(0, len(whole), size)]

        answers = ask_both(doors, sent, 2)
        assert statuses_of(answers) == [202, 202]
        assert answers[0][1]["x-vstats"] == "counted"
    assert statuses_of(ask_both(doors, lambda _: [got(*headers) + got()], 2)) == [200, 200]


def test_there_is_no_tunnel(doors: list[Door]) -> None:
    for target in ("/v", "example.com:443"):
        request = f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        (answer,) = ask_both(doors, lambda _, said=request: [said], 2)  # type: ignore[misc]
        refused(answer, 405)


@pytest.mark.parametrize(
    "request_",
    [
        got("a: " + "x" * OVER),
        got("a: x" + EXACTLY),
        got("Content-Length: 2", "a: " + EXACTLY, path="/v").replace(b"GET", b"POST") + b"{}",
        got("a: " + EXACTLY, path="/health?"),
        got(*["a: b"] * (HEADERS_LIMIT + 1)),
        got(*["a: " + "x" * 1000] * 40),
        got(path="/health?" + "x" * OVER),
        got("a: " + "x" * OVER)[:-2],  # still arriving
        b"GET /" + b"x" * OVER,
        got("Transfer-Encoding: chunked", path="/v").replace(b"GET", b"POST")
        + b"2\r\n{}\r\n0\r\nt: "
        + b"x" * OVER,
        got("Transfer-Encoding: chunked", path="/v").replace(b"GET", b"POST")
        + b"2\r\n{}\r\n0\r\n"
        + b"t: u\r\n" * (HEADERS_LIMIT + 1)
        + b"\r\n",
    ],
)
def test_target_headers_and_trailers_have_a_limit(doors: list[Door], request_: bytes) -> None:
    answers = ask_both(doors, lambda _: [request_], 2)
    assert len(answers) == 1
    refused(answers[0], 431)


def test_what_is_within_the_limits_is_answered(doors: list[Door]) -> None:
    many = [f"a{number}: b" for number in range(HEADERS_LIMIT - 10)]
    for request in (got(*many), got("a: " + EXACTLY), got(path="/health?" + "x" * 30_000)):
        assert statuses_of(ask_both(doors, lambda _, said=request: [said + said], 2)) == [200, 200]  # type: ignore[misc]
    assert statuses_of(ask_both(doors, lambda door: [door.post("a: " + "x" * 30_000)], 1)) == [202]


def test_a_trailer_is_no_header(doors: list[Door]) -> None:
    def sent(door: Door) -> list[bytes]:
        body = door.body()
        chunks = b"%x\r\n%b\r\n0\r\nSec-Purpose: prefetch\r\n\r\n" % (len(body), body)
        return [door.post("Transfer-Encoding: chunked", body=chunks)]

    ((_, headers, _),) = ask_both(doors, sent, 1)
    assert headers["x-vstats"] == "counted"


@pytest.mark.parametrize("host", ["", "Host: x\r\nHost: x\r\n", "Host: x\r\nHost: y\r\n"])
def test_a_request_names_exactly_one_host(doors: list[Door], host: str) -> None:
    def beacon(door: Door) -> list[bytes]:
        return [door.post().replace(b"Host: x\r\n", host.encode())]

    for sent in (beacon, lambda _: [got(host=host)]):
        answers = ask_both(doors, sent, 2)
        assert len(answers) == 1
        refused(answers[0], 400)
    if not host:
        assert statuses_of(ask_both(doors, lambda _: [got(host=host, version="1.0")], 1)) == [200]


def test_what_is_no_http_is_refused_and_told_seldom(doors: list[Door]) -> None:
    for _ in range(20):
        (answer,) = ask_both(doors, lambda _: [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"], 2)
        refused(answer, 400)
    for door in doors:
        assert door.service.log.read_text().count("no valid HTTP") <= 5


def test_who_sends_nothing_more_is_still_answered(doors: list[Door]) -> None:
    for requests, statuses in ((1, [202]), (3, [202] * 3), (300, [202] * 300)):
        for door in doors:
            with closing(door.connect()) as stream:
                stream.sendall(b"".join(door.post() for _ in range(requests)))
                stream.shutdown(socket.SHUT_WR)
                assert statuses_of(read_answers(stream, requests + 1)) == statuses
    for door in doors:
        with closing(door.connect()) as stream:
            stream.sendall(got() * 200)
            stream.shutdown(socket.SHUT_WR)
            assert statuses_of(read_answers(stream, 201)) == [200] * 200


def test_thousands_of_pipelined_requests_of_all_kinds_keep_their_order(doors: list[Door]) -> None:
    for door in doors:
        bad = door.post(body=b"{}")
        with closing(door.connect()) as stream:
            for _ in range(10):
                stream.sendall(
                    b"".join(door.post() + bad + got() + bad + got(path="/none") for _ in range(100))
                )
                assert statuses_of(read_answers(stream, 500)) == [202, 400, 200, 400, 404] * 100


@pytest.mark.parametrize("lane", DOORS.values())
def test_an_address_has_a_quarter_of_the_connections_and_can_read_its_refusal(
    lane: str, tmp_path: Path
) -> None:
    env = {"ANALYTICS_FAST_LANE": lane, "ANALYTICS_TRUSTED_PROXIES": "10.9.9.9/32"}
    with serving(tmp_path / "data", env=env) as service, ExitStack() as stack:
        address = urlsplit(service.url)
        answer: Answer = (200, {}, b"")
        count = 0
        # Each was answered and is sending again, so that none gives way or is closed for being idle.
        while answer[0] == 200 and count < 2 * LIMIT_OF_SENDER:
            one = stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=20))
            one.sendall(got())
            (answer,) = read_answers(one, 1)
            if answer[0] == 200:
                one.sendall(b"GET ")
                count += 1
        assert LIMIT_OF_SENDER - 5 <= count <= LIMIT_OF_SENDER
        refused(answer, 503)
        assert int(answer[1]["retry-after"]) > 0
        stack.pop_all().close()
        assert until(lambda: service.http.get("/health").status_code, (200).__eq__) == 200
        assert service.log.read_text().count("a connection too many") == 1
