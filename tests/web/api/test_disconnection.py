"""Work ends when the client leaves."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request

from analytics_service.errors import Unavailable
from analytics_service.web.api.disconnection import run_while_connected


def request(*messages: str) -> Request:
    """A request whose client sends these messages, and then stays without a word."""
    waiting: Iterator[str] = iter(messages)

    async def receive() -> dict[str, Any]:
        for kind in waiting:
            return {"type": kind}
        await asyncio.Event().wait()
        raise AssertionError

    return Request({"type": "http", "headers": []}, receive)


async def test_work_for_a_client_that_left_is_cancelled() -> None:
    ended = asyncio.Event()

    async def work() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 1

    assert await run_while_connected(request("http.request", "http.disconnect"), work()) is None
    assert ended.is_set()


async def test_work_for_a_client_that_stays_is_done_or_fails_as_it_would() -> None:
    async def succeed() -> int:
        await asyncio.sleep(0)
        return 1

    async def fail() -> int:
        raise Unavailable("no disk")

    assert await run_while_connected(request("http.request"), succeed()) == 1
    with pytest.raises(Unavailable):
        await run_while_connected(request("http.request"), fail())
