"""Two doors for beacons, one contract: the ordinary one is the reference for the fast lane, byte for byte."""

import json
from contextlib import closing

import pytest

from tests.contracts.doors import Answer, Door, ask_both, read_answers, statuses_of
from tests.service import add_site, known, run, until


@pytest.mark.parametrize(
    ("headers", "body", "path", "status"),
    [
        ((), None, "/v", 202),
        (("X-Forwarded-For: 203.0.113.9",), None, "/v", 202),
        (("Sec-Purpose: prefetch",), None, "/v", 202),
        (("Origin: https://elsewhere.example",), None, "/v", 202),
        (("Origin: https://x.example.vn",), None, "/v", 202),
        (("Content-Type: text/plain",), None, "/v", 202),
        (("Connection: keep-alive",), None, "/v", 202),
        (("Connection: close",), None, "/v", 202),
        (("Content-Encoding: gzip",), None, "/v", 415),
        (("Content-Encoding: identity",), None, "/v", 202),
        ((), b"", "/v", 400),
        ((), b"no json", "/v", 400),
        ((), b'{"k":"v"}', "/v", 400),
        ((), b"[" * 5000, "/v", 400),
        ((), b"x" * 8192, "/v", 400),
        ((), b"x" * 8193, "/v", 413),
        ((), None, "/v?x=1", 202),
        ((), None, "/nowhere", 404),
        ((), None, "//v", 404),
    ],
)
def test_one_request_is_answered_alike(
    doors: list[Door], headers: tuple[str, ...], body: bytes | None, path: str, status: int
) -> None:
    (answer,) = ask_both(doors, lambda door: [door.post(*headers, body=body, path=path)], 1)
    assert answer[0] == status


def test_drops_are_told_alike(doors: list[Door]) -> None:
    for more, reason in (
        ({"s": "zzzzzz"}, "unknown-site"),
        ({"u": "https://elsewhere.example/"}, "hostname"),
        ({"b": 1}, "bot"),
        ({"k": "p"}, "counted"),
    ):
        ((_, headers, _),) = ask_both(doors, lambda door, said=more: [door.post(body=door.body(**said))], 1)  # type: ignore[misc]
        assert reason in headers["x-vstats"]


def test_what_is_no_beacon_is_told_to_the_owner_of_the_site_that_it_names(doors: list[Door]) -> None:
    origin = "Origin: https://x.example.vn"
    for headers, more in (
        ((), b'{"k":"v","s":"%b","u":"nonsense"}'),
        ((), b'{"s": "%b" and then it is no JSON'),
        ((origin,), b"no json and no site%.0b"),
        ((origin,), b"x" * 9000 + b"%.0b"),
        ((), b'{"s":"nobody","k":"v"}%.0b'),
    ):
        ask_both(doors, lambda door: [door.post(*headers, body=more % door.site.encode())], 1)  # noqa: B023
    for door in doors:
        door.service.http.get("/v.gif", params={"s": door.site, "u": "nonsense"})
        until(lambda door=door: dropped(door), {"malformed": 4, "too-large": 1}.__eq__)  # type: ignore[misc]


def dropped(door: Door) -> dict[str, int]:
    """What the owner reads, without what other tests here have sent."""
    done = run("drops", "list", door.site, "--json", data=door.service.data)
    days = json.loads(done.stdout)["by_day"]
    return {one["reason"]: one["beacons"] for one in days if one["reason"] in ("malformed", "too-large")}


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("OPTIONS", 204), ("PUT", 405)])
def test_other_methods_are_answered_alike(doors: list[Door], method: str, status: int) -> None:
    request = f"{method} /v HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    assert statuses_of(ask_both(doors, lambda _: [request], 1)) == [status]


def _counter(door: Door, query: str = "items=today,total", *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} /api/v1/sites/{door.site}/counter?{query} HTTP/1.1", "Host: x", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _of_no_site(answer: Answer) -> tuple[int, set[str], int]:
    return answer[0], set(answer[1]), len(answer[2])


def test_the_counter_is_answered_alike_again_and_again(doors: list[Door]) -> None:
    for door in doors:
        with closing(door.connect()) as stream:
            stream.sendall(_counter(door) * 5)
            first, *others = read_answers(stream, 5)
            assert first[0] == 200
            assert others == [first] * 4
            tag = first[1]["etag"]
            stream.sendall(_counter(door, "items=today,total", f"If-None-Match: {tag}"))
            stream.sendall(_counter(door, "items=nonsense") + _counter(door, "items=today&x=1"))
            assert statuses_of(read_answers(stream, 3)) == [304, 400, 400]
            stream.sendall(_counter(door, "items=today,total", "Connection: close"))
            (last,) = read_answers(stream, 2)
            assert (last[0], last[2], last[1]["connection"]) == (200, first[2], "close")
    answers = []
    for door in doors:
        with closing(door.connect()) as stream:
            stream.sendall(_counter(door) + door.post() + _counter(door) + door.post())
            answers.append([_of_no_site(one) for one in read_answers(stream, 4)])
    assert answers[0] == answers[1]
    assert [status for status, _, _ in answers[1]] == [200, 202, 200, 202]


def test_a_site_that_becomes_private_is_private_at_once_behind_both_doors(doors: list[Door]) -> None:
    for door in doors:
        other = Door(door.service, add_site(door.service.data, "y.example.vn")["public_id"])
        known(door.service, other.site)
        with closing(other.connect()) as stream:
            stream.sendall(_counter(other))
            assert statuses_of(read_answers(stream, 1)) == [200]
        assert run("site", "set", other.site, "--private", data=door.service.data).returncode == 0

        def status(of: Door = other) -> int:
            with closing(of.connect()) as stream:
                stream.sendall(_counter(of))
                return statuses_of(read_answers(stream, 1))[0]

        # Workers notice within a second; an answer kept for five must not outlive that.
        assert until(status, (404).__eq__, limit=4) == 404
