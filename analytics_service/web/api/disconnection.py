"""Work for a client that ends when the client leaves: nobody would read its answer."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from starlette.requests import Request

_Answer = TypeVar("_Answer")


async def run_while_connected(request: Request, work: Coroutine[object, object, _Answer]) -> _Answer | None:
    """Returns what the work returns, or None where the client has left and the work was cancelled."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_wait_for_leave(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        for task in (working, leaving):
            task.cancel()
        # What was cancelled is over before its connection to a database is used again.
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _wait_for_leave(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
