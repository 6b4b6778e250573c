"""A worker: the application behind uvicorn, on the socket that all workers share."""

import asyncio
import os
import secrets
import socket
from contextlib import suppress
from typing import Any

import uvicorn

from analytics_service.app import Wiring, create_app
from analytics_service.ports import Clock
from analytics_service.settings import Settings

BEAT_EACH = 0.5
CONNECTION_LIMIT = 4096
FLUSH_FAILED = 4


def run_worker(settings: Settings, listening: int, beats: int, *, clock: Clock) -> int:
    """Serves until SIGTERM, or until its journal cannot be written any more."""
    failed = False

    def stop() -> None:
        nonlocal failed
        failed = True
        server.should_exit = True

    wiring = Wiring(
        folder=settings.folder,
        url=settings.url,
        trusted_proxies=settings.trusted_proxies,
        redis=settings.redis,
        online_limit=settings.online_limit,
        clock=clock,
        random=secrets.token_bytes,
        stop=stop,
    )
    config = _config(create_app(wiring))
    server = uvicorn.Server(config)

    async def serve() -> None:
        beating = asyncio.create_task(_beat(server, beats))
        try:
            await server.serve(sockets=[socket.socket(fileno=listening)])
        finally:
            beating.cancel()

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve())
    if not server.started:
        return 1
    return FLUSH_FAILED if failed else 0


def _config(app: Any) -> uvicorn.Config:
    # Any: Starlette and uvicorn spell the same protocol in different types.
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        log_config=None,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        limit_concurrency=CONNECTION_LIMIT,
    )


async def _beat(server: uvicorn.Server, beats: int) -> None:
    """Tells the supervisor that the loop turns, from the first moment at which it serves."""
    while True:
        if server.started:
            with suppress(BlockingIOError):
                os.write(beats, b".")
        await asyncio.sleep(BEAT_EACH if server.started else 0.02)
