"""Senders that write down each id with its answer, before anybody looks at the server."""

import json
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.service import view_id

ANSWERED_WITHIN = 10.0
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Log:
    """What was sent and what was answered, over all senders."""

    sent: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    refused: int = 0
    unanswered: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def at_percentile(self, percent: int) -> float:
        """How long that many of a hundred answers took at most, in seconds."""
        return sorted(self.seconds)[len(self.seconds) * percent // 100]


class Connection:
    """One keep-alive connection that sends a beacon and reads its answer: no client's own retries."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = f"{parts.hostname}:{parts.port}"
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=ANSWERED_WITHIN)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""

    def send(self, body: dict[str, Any], address: str) -> None:
        """Sends a beacon and reads nothing."""
        told = json.dumps(body).encode()
        head = (
            f"POST /v HTTP/1.1\r\nHost: {self._host}\r\nX-Forwarded-For: {address}\r\n"
            f"User-Agent: {AGENT}\r\nContent-Length: {len(told)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + told)

    def post(self, body: dict[str, Any], address: str) -> tuple[int, str]:
        """Status and verdict. Raises OSError where there is no whole answer."""
        self.send(body, address)
        while b"\r\n\r\n" not in self._left:
            piece = self._socket.recv(4096)
            if not piece:
                raise ConnectionResetError("closed before an answer")
            self._left += piece
        lines, _, self._left = self._left.partition(b"\r\n\r\n")
        status, *fields = lines.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in fields)}
        self._read_body(int(headers.get("content-length", "0")))
        return int(status.split()[1]), headers.get("x-vstats", "")

    def _read_body(self, length: int) -> None:
        while len(self._left) < length:
            piece = self._socket.recv(4096)
            if not piece:
                raise ConnectionResetError("closed within an answer")
            self._left += piece
        self._left = self._left[length:]

    def close(self) -> None:
        self._socket.close()


class Senders:
    """Threads that send views, a fifth of them twice, to wherever `url` points just now."""

    def __init__(
        self, site: str, url: str, count: int = 4, *, pause: float = 0.0, host: str = "x.example.vn"
    ) -> None:
        self.log = Log()
        self.url = url
        self._site = site
        self._host = host
        self._pause = pause
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(seed,)) for seed in range(count)]

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def accepted(self) -> int:
        """How many were accepted so far."""
        return len(self.log.accepted)

    def _run(self, seed: int) -> None:
        chance = random.Random(seed)
        connection: Connection | None = None
        while not self._stopped.is_set():
            body = {
                "k": "v",
                "s": self._site,
                "i": view_id(),
                "u": f"https://{self._host}/{chance.randrange(50)}",
            }
            address = f"203.0.113.{chance.randrange(200)}"
            with self._lock:
                self.log.sent.add(body["i"])
            for _ in range(2 if chance.random() < 0.2 else 1):
                try:
                    connection = connection or Connection(self.url)
                    begun = time.monotonic()
                    status, verdict = connection.post(body, address)
                    self.log.seconds.append(time.monotonic() - begun)
                    self._note(body["i"], status, verdict)
                except OSError:
                    # What is not answered may be stored or not; it is never sent again here.
                    with self._lock:
                        self.log.unanswered += 1
                    if connection is not None:
                        connection.close()
                    connection = None
                    time.sleep(0.01)
            if self._pause:
                time.sleep(self._pause)
        if connection is not None:
            connection.close()

    def _note(self, view: str, status: int, verdict: str) -> None:
        with self._lock:
            self.log.statuses[status] = self.log.statuses.get(status, 0) + 1
            if status == 202 and verdict == "counted":
                self.log.accepted.add(view)
            elif status != 202:
                self.log.refused += 1
        if status == 503:
            time.sleep(0.02)
