"""A worker: the application behind uvicorn, on the socket that all workers share."""

import asyncio
import gc
import logging
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from analytics_service.app.application import WorkerConfig, create_app
from analytics_service.app.background import in_background
from analytics_service.enrichment.agents import warm
from analytics_service.ports.clock import Clock
from analytics_service.processes.operator_files import listed_spam
from analytics_service.settings import Settings
from analytics_service.web.intake.connection import BoundedConnection
from analytics_service.web.intake.crowd import Crowd
from analytics_service.web.intake.fast_lane import RUNS_ON, FastLane, is_supported

log = logging.getLogger(__name__)

BEAT_EACH = 0.5
RECEIVE_BUFFER = 32 * 1024
"""Bytes that the system keeps for a connection until they are read; a request is shorter."""
FLUSH_FAILED = 4
GARBAGE_EACH = 20_000


def run_worker(settings: Settings, listening: int, beats: int, *, clock: Clock, address_key: bytes) -> int:
    """Serves until SIGTERM, or until its journal cannot be written any more."""
    failed = False

    def stop() -> None:
        nonlocal failed
        failed = True
        server.should_exit = True

    config = _config(create_app(_wiring(settings, clock, stop, address_key)), _protocol(settings))
    server = uvicorn.Server(config)

    async def serve() -> None:
        tasks = [in_background(_beat(server, beats), stop), in_background(_close_overdue(server), stop)]
        try:
            shared = socket.socket(fileno=listening)
            shared.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            await server.serve(sockets=[shared])
        finally:
            for task in tasks:
                task.cancel()

    warm()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        # What was made so far stays: the collector of garbage need not look at it again and again.
        gc.freeze()
        gc.set_threshold(GARBAGE_EACH)
        runner.run(serve())
    if not server.started:
        return 1
    return FLUSH_FAILED if failed else 0


def _wiring(settings: Settings, clock: Clock, stop: Callable[[], None], address_key: bytes) -> WorkerConfig:
    return WorkerConfig(
        folder=settings.folder,
        database=settings.database,
        url=settings.url,
        trusted_proxies=settings.trusted_proxies,
        redis=settings.redis,
        online_limit=settings.online_limit,
        geo_file=Path(settings.geo_file) if settings.geo_file else None,
        font_file=Path(settings.font_file) if settings.font_file else None,
        spam_hosts=listed_spam(settings),
        rate_per_minute=settings.rate_per_minute,
        rate_burst=settings.rate_burst,
        address_key=address_key,
        clock=clock,
        random=secrets.token_bytes,
        stop=stop,
    )


def _protocol(settings: Settings) -> Any:
    has_lane = settings.fast_lane and is_supported()
    if settings.fast_lane and not has_lane:
        log.warning("uvicorn %s is not %s: no fast lane", uvicorn.__version__, RUNS_ON)
    return partial(FastLane if has_lane else BoundedConnection, crowd=Crowd())


def _config(app: Any, http: Any) -> uvicorn.Config:
    # Any: Starlette and uvicorn spell the same protocol in different types.
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=http,
        ws="none",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        log_config=None,
        # What the browser is told is the type of every answer.
        headers=[("X-Content-Type-Options", "nosniff")],
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
    )


async def _beat(server: uvicorn.Server, beats: int) -> None:
    """Tells the supervisor that the loop turns, from the first moment at which it serves."""
    while True:
        if server.started:
            with suppress(BlockingIOError):
                os.write(beats, b".")
        await asyncio.sleep(BEAT_EACH if server.started else 0.02)


async def _close_overdue(server: uvicorn.Server) -> None:
    """One look a second at all connections is cheaper than a timer for each request."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(1)
        for connection in list(server.server_state.connections):
            if isinstance(connection, BoundedConnection):
                connection.close_if_overdue(loop.time())
