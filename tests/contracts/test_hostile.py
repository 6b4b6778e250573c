"""One hostile client of each kind, at both doors: all others are served, and memory stays bounded."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.contracts.doors import DOORS, Door
from tests.service import add_site, known, serving, until

MIB = 1024 * 1024
OTHERS_WAIT = 5.0
"""Seconds: ten times what others may wait at the 99th percentile, for loaded machines."""
GROWTH = 40
"""MiB: twice the 20 that one client may cost; a worker's own memory moves by some of them meanwhile."""
AT_REST = 80
"""MiB: what a worker holds that has answered some requests."""
FOR_AT_MOST = 6.0
"""Seconds for which one client is hostile."""


def pipelined(request: bytes, size: int = 8 * MIB) -> bytes:
    return request * (size // len(request))


def got(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def posted(body: bytes) -> bytes:
    return b"POST /v HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


HEAD = b"POST /v HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
# What is sent at once, by its kind; `{SITE}` is a known site.
KINDS: dict[str, Callable[[str], bytes]] = {
    "malformed beacons": lambda _: pipelined(posted(b"{}")),
    "beacons of an unknown site": lambda _: pipelined(posted(b'{"k":"v","s":"zz","u":"https://x.example/"}')),
    "the counter": lambda site: pipelined(got(f"/api/v1/sites/{site}/counter")),
    "/health": lambda _: pipelined(got("/health")),
    "/": lambda _: pipelined(got("/")),
    "a script": lambda _: pipelined(got("/w.js"), 2 * MIB),
    "20 MB of headers": lambda _: HEAD + b"a:b\r\n" * (4 * MIB),
    "20 MB of one header": lambda _: HEAD + b"a: " + b"x" * (20 * MIB),
    "20 MB of target": lambda _: b"GET /" + b"x" * (20 * MIB),
    "20 MB of one trailer": lambda _: CHUNKED + b"0\r\nt: " + b"x" * (20 * MIB),
    "20 MB of trailers": lambda _: CHUNKED + b"0\r\n" + b"t:u\r\n" * (4 * MIB),
    "20 MB of a chunk's extension": lambda _: CHUNKED + b"1;" + b"x" * (20 * MIB),
    "20 MB of body": lambda _: (
        got("/health").replace(b"\r\n\r\n", b"\r\nContent-Length: 20971520\r\n\r\n") + b"x" * (20 * MIB)
    ),
}
UNREAD = ("malformed beacons", "the counter", "/health", "a script")


def resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


@dataclass
class Honest:
    """Asks /health on a new connection each 50 ms while the block lasts, and watches the worker's memory."""

    door: Door
    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    before: float = 0.0
    peak: float = 0.0

    def __enter__(self) -> "Honest":
        self.worker = self.door.service.child("worker")
        self.before = self.peak = resident(self.worker)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            try:
                with closing(self.door.connect()) as stream:
                    stream.sendall(got("/health").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                    heard = b""
                    while piece := stream.recv(65536):
                        heard += piece
                if not heard.startswith(b"HTTP/1.1 200"):
                    self.failures.append(heard[:40].decode())
            except OSError as error:
                self.failures.append(repr(error))
            self.waits.append(time.monotonic() - began)
            self.peak = max(self.peak, resident(self.worker))
            self._over.wait(0.05)

    def p99(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.99)]

    def told(self, name: str) -> str:
        return (
            f"{name}: others p99 {self.p99() * 1000:.0f} ms, longest {max(self.waits) * 1000:.0f} ms of "
            f"{len(self.waits)}; RSS {self.before:.0f} → {self.peak:.0f} MiB"
        )

    def is_served(self) -> None:
        assert self.failures == []
        assert self.p99() < OTHERS_WAIT
        assert self.peak - self.before < GROWTH


def attack(door: Door, sent: bytes, *, reads: bool) -> int:
    """Sends it all, reading the answers or not; how many bytes were taken."""
    taken = 0
    until_when = time.monotonic() + FOR_AT_MOST
    with closing(door.connect()) as stream:
        stream.setblocking(False)
        while taken < len(sent) and time.monotonic() < until_when:
            with suppress(BlockingIOError):
                taken += stream.send(sent[taken : taken + MIB])
            if not reads:
                time.sleep(0.01)
                continue
            try:
                if not stream.recv(MIB):
                    break
            except BlockingIOError:
                time.sleep(0.001)
            except ConnectionError:
                break
        return taken


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Door]]:
    with ExitStack() as stack:
        opened = {}
        for name, lane in DOORS.items():
            # Loopback is nobody's proxy here, so that its connections are counted.
            env = {"ANALYTICS_FAST_LANE": lane, "ANALYTICS_TRUSTED_PROXIES": "10.9.9.9/32"}
            service = stack.enter_context(serving(tmp_path_factory.mktemp(name) / "data", env=env))
            site = add_site(service.data, "x.example.vn")["public_id"]
            known(service, site)
            opened[name] = Door(service, site)
            # A worker grows by its first requests: what comes after them is the hostile client's.
            attack(opened[name], pipelined(got("/health"), MIB // 4), reads=True)
        yield opened


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", KINDS)
def test_others_are_served_beside_a_client_that_sends_too_much(
    doors: dict[str, Door], door: str, kind: str
) -> None:
    sent = KINDS[kind](doors[door].site)
    with Honest(doors[door]) as others:
        with suppress(ConnectionError):
            attack(doors[door], sent, reads=True)
        until(lambda: len(others.waits), (5).__le__)
    print(others.told(f"{kind} ({door})"))
    others.is_served()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", UNREAD)
def test_others_are_served_beside_a_client_that_reads_no_answer(
    doors: dict[str, Door], door: str, kind: str
) -> None:
    sent = KINDS[kind](doors[door].site)
    with Honest(doors[door]) as others, suppress(ConnectionError):
        attack(doors[door], sent, reads=False)
    print(others.told(f"{kind}, unread ({door})"))
    others.is_served()


@pytest.mark.parametrize("door", DOORS)
def test_who_leaves_answers_unread_is_closed(doors: dict[str, Door], door: str) -> None:
    with closing(doors[door].connect()) as stream:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stream.setblocking(False)
        sent = pipelined(got("/w.js"), MIB)
        taken = 0

        def is_closed() -> bool:
            nonlocal taken
            try:
                taken += stream.send(sent[taken:])
            except BlockingIOError:
                return False
            except ConnectionError:
                return True
            return False

        assert until(is_closed, bool, limit=60)
    assert "Traceback" not in doors[door].service.log.read_text()


@pytest.mark.parametrize("door", DOORS)
def test_connections_that_send_nothing_keep_nobody_out(doors: dict[str, Door], door: str) -> None:
    address = urlsplit(doors[door].service.url)
    idle: list[socket.socket] = []
    with Honest(doors[door]) as others:
        try:
            for _ in range(4200):
                idle.append(socket.create_connection((address.hostname, address.port), timeout=20))
            until(lambda: len(others.waits), (20).__le__)
        finally:
            for stream in idle:
                stream.close()
    print(others.told(f"4,200 that send nothing ({door})"))
    assert others.failures == []
    assert others.p99() < OTHERS_WAIT


def test_memory_comes_back(doors: dict[str, Door]) -> None:
    for door in doors.values():
        worker = door.service.child("worker")

        def is_small(mebibytes: float) -> bool:
            return mebibytes < AT_REST + GROWTH

        found = until(lambda which=worker: resident(which), is_small)  # type: ignore[misc]
        print(f"after all of them: {found:.0f} MiB")
        assert is_small(found)
        assert "Traceback" not in door.service.log.read_text()
        assert "hangs" not in door.service.log.read_text()
