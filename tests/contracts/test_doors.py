"""Two doors for beacons, one contract: the ordinary one is the reference for the fast lane, byte for byte."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.service import Service, add_site, known, run, serving, until, view_id

DOORS = {"ordinary": "false", "fast": "true"}
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Door:
    """One service, with a site that is named alike behind both doors in what is sent."""

    service: Service
    site: str

    def connect(self) -> socket.socket:
        parts = urlsplit(self.service.url)
        return socket.create_connection((parts.hostname, parts.port), timeout=20)

    def body(self, **more: object) -> bytes:
        fields = {"k": "v", "s": self.site, "i": view_id(), "u": "https://x.example.vn/a", **more}
        pairs = ",".join(f'"{key}":{_json(value)}' for key, value in fields.items() if value is not None)
        return f"{{{pairs}}}".encode()

    def post(self, *headers: str, body: bytes | None = None, path: str = "/v", version: str = "1.1") -> bytes:
        whole = self.body() if body is None else body
        length = (
            [] if any("transfer" in line.lower() for line in headers) else [f"Content-Length: {len(whole)}"]
        )
        lines = [f"POST {path} HTTP/{version}", "Host: x", "User-Agent: Mozilla/5.0", *length, *headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + whole

    def pageviews(self) -> int:
        return self.service.counts(self.site, "total", "pageviews")["total"]


def _json(value: object) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'


def _received(stream: socket.socket) -> bytes:
    """What comes next; nothing where the server has closed, with or without having read everything."""
    try:
        return stream.recv(65536)
    except ConnectionResetError:
        return b""


def _read(stream: socket.socket, count: int) -> list[Answer]:
    """That many answers, or fewer where the server closed."""
    left = b""
    answers: list[Answer] = []
    while len(answers) < count:
        while b"\r\n\r\n" not in left:
            piece = _received(stream)
            if not piece:
                return answers
            left += piece
        head, _, left = left.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if status.startswith("HTTP/1.1 100"):
            continue
        length = int(headers.get("content-length", "0"))
        while len(left) < length:
            piece = _received(stream)
            if not piece:
                return answers
            left += piece
        answers.append((int(status.split()[1]), _comparable(headers), left[:length]))
        left = left[length:]
    return answers


def _comparable(headers: dict[str, str]) -> dict[str, str]:
    # Starlette lists the allowed methods of a path in no order.
    if "allow" in headers:
        headers["allow"] = ", ".join(sorted(headers["allow"].split(", ")))
    return {name: value for name, value in headers.items() if name != "date"}


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Door]]:
    with ExitStack() as stack:
        opened = []
        for name, lane in DOORS.items():
            folder: Path = tmp_path_factory.mktemp(name)
            service = stack.enter_context(serving(folder / "data", env={"ANALYTICS_FAST_LANE": lane}))
            site = add_site(service.data, "x.example.vn")["public_id"]
            known(service, site)
            opened.append(Door(service, site))
        yield opened


Sent = Callable[[Door], list[bytes]]


def _both(doors: list[Door], sent: Sent, count: int) -> list[Answer]:
    """The answers of the fast lane, which must be those of the ordinary door."""
    found = []
    for door in doors:
        with closing(door.connect()) as stream:
            for piece in sent(door):
                stream.sendall(piece)
            found.append(_read(stream, count))
    assert found[1] == found[0]
    return found[1]


def _statuses(answers: list[Answer]) -> list[int]:
    return [status for status, _, _ in answers]


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
    (answer,) = _both(doors, lambda door: [door.post(*headers, body=body, path=path)], 1)
    assert answer[0] == status


def test_drops_are_told_alike(doors: list[Door]) -> None:
    for more, reason in (
        ({"s": "zzzzzz"}, "unknown-site"),
        ({"u": "https://elsewhere.example/"}, "hostname"),
        ({"b": 1}, "bot"),
        ({"k": "p"}, "counted"),
    ):
        ((_, headers, _),) = _both(doors, lambda door, said=more: [door.post(body=door.body(**said))], 1)  # type: ignore[misc]
        assert reason in headers["x-vstats"]


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("OPTIONS", 204), ("PUT", 405)])
def test_other_methods_are_answered_alike(doors: list[Door], method: str, status: int) -> None:
    request = f"{method} /v HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    assert _statuses(_both(doors, lambda _: [request], 1)) == [status]


def _counter(door: Door, query: str = "items=today,total", *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} /api/v1/sites/{door.site}/counter?{query} HTTP/1.1", "Host: x", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _of_no_site(answer: Answer) -> tuple[int, set[str], int]:
    return answer[0], set(answer[1]), len(answer[2])


def test_the_counter_is_answered_alike_again_and_again(doors: list[Door]) -> None:
    for door in doors:
        with closing(door.connect()) as stream:
            stream.sendall(_counter(door) * 5)
            first, *others = _read(stream, 5)
            assert first[0] == 200
            assert others == [first] * 4
            tag = first[1]["etag"]
            stream.sendall(_counter(door, "items=today,total", f"If-None-Match: {tag}"))
            stream.sendall(_counter(door, "items=nonsense") + _counter(door, "items=today&x=1"))
            assert _statuses(_read(stream, 3)) == [304, 400, 400]
            stream.sendall(_counter(door, "items=today,total", "Connection: close"))
            (last,) = _read(stream, 2)
            assert (last[0], last[2], last[1]["connection"]) == (200, first[2], "close")
    answers = []
    for door in doors:
        with closing(door.connect()) as stream:
            stream.sendall(_counter(door) + door.post() + _counter(door) + door.post())
            answers.append([_of_no_site(one) for one in _read(stream, 4)])
    assert answers[0] == answers[1]
    assert [status for status, _, _ in answers[1]] == [200, 202, 200, 202]


def test_a_site_that_becomes_private_is_private_at_once_behind_both_doors(doors: list[Door]) -> None:
    for door in doors:
        other = Door(door.service, add_site(door.service.data, "y.example.vn")["public_id"])
        known(door.service, other.site)
        with closing(other.connect()) as stream:
            stream.sendall(_counter(other))
            assert _statuses(_read(stream, 1)) == [200]
        assert run("site", "set", other.site, "--private", data=door.service.data).returncode == 0

        def status(of: Door = other) -> int:
            with closing(of.connect()) as stream:
                stream.sendall(_counter(of))
                return _statuses(_read(stream, 1))[0]

        # Workers notice within a second; an answer kept for five must not outlive that.
        assert until(status, (404).__eq__, limit=4) == 404


def test_a_connection_is_kept_for_the_next_beacon(doors: list[Door]) -> None:
    for door in doors:
        with closing(door.connect()) as stream:
            for _ in range(5):
                stream.sendall(door.post())
                assert _statuses(_read(stream, 1)) == [202]


def test_pipelined_requests_are_answered_in_their_order(doors: list[Door]) -> None:
    def sent(door: Door) -> list[bytes]:
        health = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        good, bad = door.post, door.post(body=b"no json")
        return [good() + good() + bad + health + good() + door.post("Connection: keep-alive") + good() + bad]

    answers = _both(doors, sent, 8)
    assert _statuses(answers) == [202, 202, 400, 200, 202, 202, 202, 400]


def test_a_thousand_pipelined_beacons_are_all_counted(doors: list[Door]) -> None:
    for door in doors:
        before = until(door.pageviews, lambda _: True)
        with closing(door.connect()) as stream:
            stream.sendall(b"".join(door.post() for _ in range(1000)))
            assert _statuses(_read(stream, 1000)) == [202] * 1000
        assert until(door.pageviews, (before + 1000).__le__) >= before + 1000


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_request_in_pieces_is_one_request(doors: list[Door], size: int) -> None:
    def sent(door: Door) -> list[bytes]:
        whole = door.post("X-Forwarded-For: 203.0.113.9")
        return [whole[at : at + size] for at in range(0, len(whole), size)]

    assert _statuses(_both(doors, sent, 1)) == [202]


def test_a_chunked_body_is_read(doors: list[Door]) -> None:
    def sent(door: Door) -> list[bytes]:
        body = door.body()
        chunks = b"".join(
            b"%x\r\n%b\r\n" % (len(body[at : at + 9]), body[at : at + 9]) for at in range(0, len(body), 9)
        )
        return [door.post("Transfer-Encoding: chunked", body=chunks + b"0\r\n\r\n")]

    assert _statuses(_both(doors, sent, 1)) == [202]


def test_a_chunked_body_that_is_too_long_is_refused(doors: list[Door]) -> None:
    chunks = b"2328\r\n" + b"x" * 9000 + b"\r\n0\r\n\r\n"
    assert _statuses(
        _both(doors, lambda door: [door.post("Transfer-Encoding: chunked", body=chunks)], 1)
    ) == [413]


@pytest.mark.parametrize(
    "header",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: -1",
        "Content-Length: 1\r\nContent-Length: 2",
    ],
)
def test_a_request_of_two_lengths_is_refused_and_the_connection_closed(
    doors: list[Door], header: str
) -> None:
    request = f"POST /v HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n0\r\n\r\n".encode()
    (answer,) = _both(doors, lambda _: [request], 2)
    assert (answer[0], answer[1]["connection"]) == (400, "close")


def test_who_expects_100_is_told_to_go_on(doors: list[Door]) -> None:
    def sent(door: Door) -> list[bytes]:
        return [door.post("Expect: 100-continue")]

    assert _statuses(_both(doors, sent, 1)) == [202]


def test_http_1_0_is_answered_and_closed(doors: list[Door]) -> None:
    (answer,) = _both(doors, lambda door: [door.post(version="1.0")], 2)
    assert (answer[0], answer[1]["connection"]) == (202, "close")


def test_a_client_that_leaves_early_costs_nothing(doors: list[Door]) -> None:
    for door in doors:
        for cut in (1, 30, 120, None):
            with closing(door.connect()) as stream:
                stream.sendall(door.post()[:cut])
        assert _statuses(_both([door, door], lambda one: [one.post()], 1)) == [202]
        assert "Traceback" not in door.service.log.read_text()


def test_the_answer_in_hand_is_given_before_the_end(tmp_path: Path) -> None:
    for name, lane in DOORS.items():
        with serving(tmp_path / name, env={"ANALYTICS_FAST_LANE": lane}) as service:
            site = add_site(service.data, "x.example.vn")["public_id"]
            known(service, site)
            door = Door(service, site)
            streams = [door.connect() for _ in range(20)]
            for stream in streams:
                stream.sendall(door.post())
            service.process.send_signal(signal.SIGTERM)
            answers = [_read(stream, 1) for stream in streams]
            for stream in streams:
                stream.close()
        # Whoever was read is answered; whoever was not gets nothing, and no false promise.
        assert {status for one in answers for status in _statuses(one)} <= {202}


def test_who_has_connected_is_answered_although_the_service_ends(tmp_path: Path) -> None:
    for name, lane in DOORS.items():
        with serving(tmp_path / name, env={"ANALYTICS_FAST_LANE": lane}) as service:
            site = add_site(service.data, "x.example.vn")["public_id"]
            known(service, site)
            door = Door(service, site)
            whole = door.post("X-Forwarded-For: 203.0.113.9")
            streams = [door.connect() for _ in range(30)]
            cuts = [number * len(whole) // len(streams) for number in range(len(streams))]
            for cut, stream in zip(cuts, streams, strict=True):
                stream.sendall(whole[:cut])
            # A connection counts from its first byte here, not from the kernel's queue.
            assert service.http.get("/health").status_code == 200
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            for cut, stream in zip(cuts, streams, strict=True):
                stream.sendall(whole[cut:])
            answers = [_read(stream, 2) for stream in streams]
            for stream in streams:
                stream.close()
        assert [_statuses(one) for one in answers] == [[202]] * 30
        assert {one[0][1]["connection"] for one in answers} == {"close"}


def test_a_request_that_does_not_arrive_is_cut_off_and_the_others_are_served(doors: list[Door]) -> None:
    for door in doors:
        slow = [door.connect() for _ in range(200)]
        for number, stream in enumerate(slow):
            stream.sendall(door.post()[: number % 3 * 60])
        began = time.monotonic()
        slowest = 0.0
        while time.monotonic() - began < 5:
            at = time.monotonic()
            assert _statuses(_both([door, door], lambda one: [one.post()], 1)) == [202]
            slowest = max(slowest, time.monotonic() - at)
        assert slowest < 5
        for stream in slow:
            stream.settimeout(100)
            ended = _read(stream, 1)
            assert _statuses(ended) in ([408], [])
            stream.close()
        print(
            f"200 slow clients: cut off after {time.monotonic() - began:.1f} s, others within {slowest:.3f} s"
        )
        assert "answered with 5" not in door.service.log.read_text()
