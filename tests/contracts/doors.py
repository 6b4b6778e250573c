"""Two doors for beacons, behind which a site is named alike, and what is sent to both."""

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.service import BROWSER, Service, view_id

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
        pairs = ",".join(f'"{key}":{json_value(value)}' for key, value in fields.items() if value is not None)
        return f"{{{pairs}}}".encode()

    def post(self, *headers: str, body: bytes | None = None, path: str = "/v", version: str = "1.1") -> bytes:
        whole = self.body() if body is None else body
        length = (
            [] if any("transfer" in line.lower() for line in headers) else [f"Content-Length: {len(whole)}"]
        )
        agent = f"User-Agent: {BROWSER['User-Agent']}"
        lines = [f"POST {path} HTTP/{version}", "Host: x", agent, *length, *headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + whole

    def pageviews(self) -> int:
        return self.service.counts(self.site, "total", "pageviews")["total"]


def json_value(value: object) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'


def receive(stream: socket.socket) -> bytes:
    """What comes next; nothing where the server has closed, with or without having read everything."""
    try:
        return stream.recv(65536)
    except ConnectionResetError:
        return b""


def read_answers(stream: socket.socket, count: int) -> list[Answer]:
    """That many answers, or fewer where the server closed."""
    left = b""
    answers: list[Answer] = []
    while len(answers) < count:
        while b"\r\n\r\n" not in left:
            piece = receive(stream)
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
            piece = receive(stream)
            if not piece:
                return answers
            left += piece
        answers.append((int(status.split()[1]), comparable(headers), left[:length]))
        left = left[length:]
    return answers


def comparable(headers: dict[str, str]) -> dict[str, str]:
    # Starlette lists the allowed methods of a path in no order.
    if "allow" in headers:
        headers["allow"] = ", ".join(sorted(headers["allow"].split(", ")))
    return {name: value for name, value in headers.items() if name != "date"}


Sent = Callable[[Door], list[bytes]]


def ask_both(doors: list[Door], sent: Sent, count: int) -> list[Answer]:
    """The answers of the fast lane, which must be those of the ordinary door."""
    found = []
    for door in doors:
        with closing(door.connect()) as stream:
            for piece in sent(door):
                stream.sendall(piece)
            found.append(read_answers(stream, count))
    assert found[1] == found[0]
    return found[1]


def statuses_of(answers: list[Answer]) -> list[int]:
    return [status for status, _, _ in answers]
