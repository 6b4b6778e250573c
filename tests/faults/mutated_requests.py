"""Requests of every route, mutated: what the routes are is read from the table that a worker serves."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from analytics_service.app.route_table import make_routes
from analytics_service.web.public.stream import Streams
from tests.service import BROWSER, view_id

WORDS = (
    *(
        b"\x00",
        b"%00",
        b"%",
        b"%2e%2e/",
        b"../",
        b"//",
        b"\\",
        b"'",
        b'"',
        b"<",
        b"&",
        b"=",
        b"?",
        b"#",
        b";",
        b"|",
    ),
    *(
        b"\xff\xfe",
        b"\xed\xa0\x80",
        "\u202e".encode(),
        "ứ".encode(),
        b"-1",
        b"0",
        b"1e999",
        b"99999999999999999999",
    ),
    *(
        b"null",
        b"[]",
        b"{}",
        b"true",
        b"NaN",
        b"9999-12-31",
        b"2026-02-30",
        b"all",
        b"is",
        b":",
        b"\\|",
        b"A" * 300,
    ),
)
"""What parsers stumble over."""
QUERIES = (
    *(b"items=today,total", b"period=7d&metrics=visits", b"from=2026-11-01&to=2026-11-20&interval=day"),
    *(
        b"filter=page:is:/a|/b",
        b"by=page&limit=5&sort=-visits",
        b"theme=dark&lang=vi&label=x",
        b"variant=card",
    ),
)
NAMES = {"version": b"0.2.0", "language": b"vi", "kind": b"svg", "name": b"v.js", "digest": b"0"}
# Which no parser of HTTP lets pass: the requests behind would not be read.
NO_TARGET = re.compile(rb"[\x00-\x20\x7f-\xff]")
NO_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True)
class Seed:
    """A request that a route takes."""

    method: bytes
    path: bytes
    body: bytes = b""


def seeds(site: str) -> list[Seed]:
    """One for each route and method, and a third of all for beacons."""
    found = []
    for route in make_routes(Streams(random.Random(1).randbytes), None):
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda named: _value(named[1], site), route.path)
        for method in sorted(route.methods or ()):
            body = _beacon(site) if route.path == "/v" else b"name=x&password=yyyyyyyyyyyyyyyy&next=/"
            found.append(
                Seed(method.encode(), path.encode(), body if method in ("POST", "PATCH", "PUT") else b"")
            )
    beacon = Seed(b"POST", b"/v", _beacon(site))
    return found + [beacon] * (len(found) // 2)


def _value(name: str, site: str) -> str:
    return site if name in ("site", "site_id") else NAMES.get(name, b"1").decode()


def _escaped(sign: re.Match[bytes]) -> bytes:
    return b"%%%02X" % ord(sign[0])


def _beacon(site: str) -> bytes:
    fields = {"k": "v", "s": site, "u": "https://x.example.vn/a?utm_source=zalo", "t": "Trang", "w": 1280}
    return json.dumps(fields).encode()


class Mutator:
    """Makes requests out of seeds, always the same ones out of one number."""

    def __init__(self, all_seeds: Sequence[Seed], number: int, key: str) -> None:
        self._seeds = all_seeds
        self._chance = random.Random(number)
        self._key = key.encode()

    def request(self, *, is_last: bool) -> bytes:
        """A mutated request; only the last one of a connection may break the way it is framed."""
        chance = self._chance
        seed = chance.choice(self._seeds)
        target = seed.path
        if chance.random() < 0.7:
            target += b"?" + self._mutated(chance.choice(QUERIES))
        if chance.random() < 0.4:
            target = b"/" + self._mutated(target).lstrip(b"/")
        body = self._mutated(seed.body) if seed.body and chance.random() < 0.6 else seed.body
        if b'"k": "v"' in body:
            body = body.replace(b'"k"', b'"i": "%s", "k"' % view_id().encode(), 1)
        headers = self._headers()
        if body:
            headers.append((b"Content-Length", b"%d" % len(body)))
        method = (
            seed.method if chance.random() < 0.97 else chance.choice((b"TRACE", b"BREW", b"HEAD", b"DELETE"))
        )
        lines = [b"%s %s HTTP/1.1" % (method, NO_TARGET.sub(_escaped, target)), b"Host: x"]
        lines += [b"%s: %s" % (name, NO_VALUE.sub(b" ", value)) for name, value in headers]
        whole = b"\r\n".join([*lines, b"", b""]) + body
        return self._mutated(whole) if is_last else whole

    def _headers(self) -> list[tuple[bytes, bytes]]:
        chance = self._chance
        headers = [(b"User-Agent", BROWSER["User-Agent"].encode()), (b"Accept-Language", b"vi,en;q=0.8")]
        headers.append((b"X-Forwarded-For", b"203.0.%d.%d" % (chance.randrange(256), chance.randrange(256))))
        if chance.random() < 0.5:
            headers.append((b"Authorization", b"Bearer " + self._key))
        for name, value in (
            (b"Origin", b"https://x.example.vn"),
            (b"Referer", b"https://x.example.vn/a"),
            (b"Cookie", b"vs_session=abc; lang=vi"),
            (b"If-None-Match", b'"abc"'),
            (b"Last-Event-ID", b"1"),
            (b"Content-Type", b"application/x-www-form-urlencoded"),
        ):
            if chance.random() < 0.2:
                headers.append((name, value))
        if chance.random() < 0.5:
            place = chance.randrange(len(headers))
            headers[place] = (headers[place][0], self._mutated(headers[place][1]))
        return headers

    def _mutated(self, text: bytes) -> bytes:
        chance = self._chance
        for _ in range(chance.randrange(1, 4)):
            at, length = chance.randrange(len(text) + 1), chance.randrange(1, 9)
            change = chance.randrange(5)
            if change == 0:
                text = text[:at] + chance.randbytes(length) + text[at + length :]
            elif change == 1:
                text = text[:at] + text[at + length :]
            elif change == 2:
                text = text[:at] + text[at : at + length] * chance.randrange(2, 20) + text[at + length :]
            else:
                text = text[:at] + chance.choice(WORDS) + text[at:]
        return text
