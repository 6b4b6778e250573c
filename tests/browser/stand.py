"""Pages of a site, and a service that records what the snippet sends and answers as the test says."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import parse_qs, urlsplit

DIST = Path(__file__).parents[2] / "widget" / "dist"
PICTURES = Path(__file__).with_name("output")
SNIPPET = '<script defer src="/v.js" data-site="dn7k2q"></script>'
WIDGET = '<script type="module" src="/w.js"></script>'
ITEMS = "online today yesterday week last_week month last_month year total peak".split()
COUNTER: dict[str, Any] = {
    "site": "dn7k2q",
    "generated_at": "2026-11-22T13:53:00+07:00",
    "timezone": "Asia/Ho_Chi_Minh",
    "week_start": "monday",
    "metric": "visits",
    "online_window_seconds": 300,
    "counts": {"online": 43, "today": 2146, "week": 30277, "total": 1461664},
}


@dataclass
class Stand:
    """What the test sets and what was heard; it stands for a network, not for the service."""

    url: str = ""
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    beacons: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    verdict: str = "counted"
    counter: tuple[int, dict[str, Any]] | None = (200, COUNTER)
    asked: list[str] = field(default_factory=list)
    fetched: list[tuple[str, str]] = field(default_factory=list)
    shows: dict[str, list[str]] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    pushed: SimpleQueue[dict[str, Any] | None] | None = None

    def page(self, path: str, body: str, **headers: str) -> str:
        """Puts a page on the stand; returns its address."""
        text = f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Trang</title>{body}</html>'
        self.pages[path] = (text, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url + path

    def heard(self, kind: str, count: int = 1, limit: float = 20) -> list[dict[str, Any]]:
        """The beacons of a kind, once there are `count` of them."""
        self.until(lambda: sum(beacon["k"] == kind for beacon in self.beacons) >= count, limit)
        return [beacon for beacon in self.beacons if beacon["k"] == kind]

    def refusal(self, path: str) -> tuple[int, dict[str, Any]] | None:
        """The service's answer where its owner does not show what is asked, as in web/errors.py."""
        query = parse_qs(urlsplit(path).query)
        for parameter, allowed in self.shows.items():
            values = [value for given in query.get(parameter, []) for value in given.split(",")]
            for known, status in ((ITEMS, 400), (allowed, 403)):
                if parameter != "items" and status == 400:
                    continue
                if any(value not in known for value in values):
                    return status, {"errors": [{"parameter": parameter, "allowed": known}]}
        return None

    def asked_for(self, times: int) -> None:
        """Returns when the counter has been asked for so often."""
        self.until(lambda: len(self.asked) == times)

    def until(self, true: Callable[[], bool], limit: float = 20) -> None:
        """Returns when it is true; fails with what was heard where it never is."""
        deadline = time.monotonic() + limit
        while not true():
            assert time.monotonic() < deadline, f"never came: {self.beacons}, {self.fetched}"
            time.sleep(0.02)


def served_file(path: str) -> Path | None:
    """The file that the service serves at a path, under a prefix of the site's own too."""
    path = re.sub(r"/v/[^/]*\.js$", "/v.js", path.removeprefix("/stats"))
    if path.startswith("/w/l/"):
        return DIST / "l" / Path(path).name
    files = {"/v.js": "v.js", "/w.js": "w.js", "/w/more.js": "more.js", "/f.js": "f.js"}
    return DIST / files[path] if path in files else None


class StandServer(ThreadingHTTPServer):
    """Serves a stand on a free port of this machine."""

    daemon_threads = True

    def __init__(self, stand: Stand) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.stand = stand
        stand.url = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Records requests on the stand, and answers with its pages, scripts and figures."""

    server: StandServer

    def log_message(self, *_: object) -> None:
        """Keeps the output of the tests free of requests."""

    def do_POST(self) -> None:
        stand = self.server.stand
        body = self.rfile.read(int(self.headers["content-length"]))
        stand.beacons.append({**json.loads(body), "by": "post", "to": self.path})
        status = stand.statuses.pop(0) if stand.statuses else 202
        self.answer(status, b"", "text/plain", {"X-Vstats": stand.verdict, "Retry-After": "1"})

    def do_GET(self) -> None:
        stand, url = self.server.stand, urlsplit(self.path)
        stand.fetched.append((self.path, self.headers.get("Sec-Purpose", "")))
        if url.path in ("/v.gif", "/stats/v.gif"):
            stand.beacons.append({**json.loads(parse_qs(url.query)["d"][0]), "by": "image"})
            self.answer(200, b"GIF89a", "image/gif", {})
        elif served := served_file(url.path):
            kind = "application/json" if served.suffix == ".json" else "text/javascript"
            self.answer(200, served.read_bytes(), kind, {"Access-Control-Allow-Origin": "*"})
        elif url.path in stand.scripts:
            self.answer(200, stand.scripts[url.path].encode(), "text/javascript; charset=utf-8", {})
        elif url.path.endswith("/stream"):
            self.push()
        elif url.path.startswith("/api/"):
            self.count(parse_qs(url.query))
        else:
            text, headers = stand.pages.get(url.path, ("<title>nothing</title>", {}))
            self.answer(200, text.encode(), "text/html; charset=utf-8", headers)

    def count(self, query: dict[str, list[str]]) -> None:
        """Answers as the counter does; where the stand has none, never."""
        stand = self.server.stand
        stand.asked.append(self.path)
        if stand.counter is None:
            time.sleep(30)
            return
        status, body = stand.counter
        if refusal := stand.refusal(self.path):
            status, body = refusal
        elif stand.shows:
            body = {**body, "counts": {item: body["counts"][item] for item in query["items"][0].split(",")}}
        self.answer(status, json.dumps(body).encode(), "application/json", {})

    def push(self) -> None:
        """Sends what the test pushes, until it pushes None."""
        pushed = self.server.stand.pushed
        if pushed is None:
            self.answer(503, b"", "text/plain", {})
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while (counts := pushed.get()) is not None:
            self.wfile.write(f"event: counts\ndata: {json.dumps(counts)}\n\n".encode())
            self.wfile.flush()

    def answer(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        """Sends a whole answer."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
