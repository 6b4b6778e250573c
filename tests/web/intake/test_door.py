"""The door for beacons takes any dialect; what holds for all of them stands there once."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from analytics_service.collecting.admit import Verdict
from analytics_service.domain.beacons import BEACON_LIMIT, Beacon, pixel
from analytics_service.domain.facts import View, decode_group
from analytics_service.errors import BadBeacon
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.web.errors import HANDLERS
from analytics_service.web.intake.door import Dialect, route_of
from analytics_service.web.intake.proxies import Proxies
from analytics_service.web.services import Services
from tests.collecting.door import AT, CHROME, Door

NEEDED = {"collector", "journal", "clock", "proxies"}
NOT_NEEDED = {one.name for one in fields(Services) if one.init} - NEEDED


def translate(body: bytes, query: Mapping[str, str], headers: Mapping[str, str]) -> Iterable[Beacon]:
    """One address a line: a dialect that nobody speaks."""
    for line in body.decode().splitlines():
        if not line.startswith("https:"):
            raise BadBeacon("line", "is no address")
        yield pixel(query["site"], line, headers.get("referer", ""))


def answer(verdicts: Sequence[Verdict]) -> Response:
    """What became of each line."""
    return PlainTextResponse(",".join(one.drop.value if one.drop else "ok" for one in verdicts), 201)


@asynccontextmanager
async def speaking(folder: Path, **rules: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a door that takes the dialect at /lines."""
    async with open_journal(folder, "one") as journal:
        services = Services(
            collector=Door(**rules).collector,
            journal=journal,
            clock=lambda: AT,
            proxies=Proxies((), is_https=False),
            **dict.fromkeys(NOT_NEEDED),  # type: ignore[arg-type]
        )
        app = Starlette(
            routes=[route_of(Dialect("/lines", "POST", translate, answer))], exception_handlers=HANDLERS
        )
        transport = httpx2.ASGITransport(app=_with(app, services), client=("113.160.1.7", 1))
        headers = {"User-Agent": CHROME, "Accept-Language": "vi"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
            yield client


def _with(app: ASGIApp, services: Services) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"services": services}}, receive, send)

    return serve


def pages(folder: Path) -> list[str]:
    """The pages of the views on disk."""
    journals = FolderJournals(folder)
    rows = [row for _, row in journals.groups_after("one", 0)]
    journals.close()
    return [fact.page for row in rows for fact in decode_group(row) if isinstance(fact, View)]


async def test_another_dialect_needs_a_translator_and_an_answerer_only(tmp_path: Path) -> None:
    async with speaking(tmp_path, excluded_pages=frozenset({"/no"})) as client:
        lines = "https://x.example.vn/a\nhttps://x.example.vn/no\nhttps://x.example.vn/b\n"
        told = await client.post("/lines?site=dn7k2q", content=lines)
        assert (told.status_code, told.text) == (201, "ok,excluded-page,ok")
        assert pages(tmp_path) == ["/a", "/b"]


@pytest.mark.parametrize(
    ("body", "status"),
    [("nothing", 400), ("https://x.example.vn/a\nnothing", 400), ("https://x.example.vn/a\n" * 1000, 413)],
)
async def test_errors_and_bounds_are_those_of_the_door(tmp_path: Path, body: str, status: int) -> None:
    async with speaking(tmp_path) as client:
        told = await client.post("/lines?site=dn7k2q", content=body)
        assert told.status_code == status
        assert told.headers["access-control-allow-origin"] == "*"
        assert told.headers["content-type"] == "application/problem+json"
        assert (await client.options("/lines")).status_code == 204
        assert (await client.get("/lines")).status_code == 405
        assert pages(tmp_path) == []
    assert len(body) < BEACON_LIMIT or status == 413


async def test_the_limits_of_a_sender_hold_whatever_they_speak(tmp_path: Path) -> None:
    async with speaking(tmp_path, per_minute=60, burst=2) as client:
        told = await client.post("/lines?site=dn7k2q", content="https://x.example.vn/a\n" * 3)
        assert told.text == "ok,ok,rate"
