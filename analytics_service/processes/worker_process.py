"""A worker: the application in uvicorn, on the socket that all workers share."""

import asyncio
import gc
import logging
import secrets
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from analytics_service.app.application import WorkerConfig, create_app
from analytics_service.app.background import in_background
from analytics_service.enrichment.agents import warm
from analytics_service.ports.clock import Clock
from analytics_service.processes.heartbeat import send_heartbeat
from analytics_service.processes.operator_files import read_spam_hosts
from analytics_service.settings import Settings
from analytics_service.web.intake.connection import BoundedConnection
from analytics_service.web.intake.connection_limit import Crowd
from analytics_service.web.intake.fast_lane import RUNS_ON, FastLane, is_supported

log = logging.getLogger(__name__)

HEARTBEAT_INTERVAL = timedelta(seconds=0.5)
STARTUP_HEARTBEAT_INTERVAL = timedelta(seconds=0.02)
CONNECTION_CHECK_INTERVAL = timedelta(seconds=1)
RECEIVE_BUFFER = 32 * 1024
"""Bytes of a connection that the kernel keeps until they are read; a request is shorter."""
FLUSH_FAILED = 4
GARBAGE_THRESHOLD = 20_000
"""New objects between two runs of the garbage collector."""


def run_worker(
    settings: Settings,
    listening: int,
    heartbeats: int,
    *,
    clock: Clock,
    address_key: bytes,
    is_applier_away: Callable[[], bool],
) -> int:
    """Serves until SIGTERM, or until the journal can no longer be written; returns the exit status."""
    failed = False

    def stop() -> None:
        nonlocal failed
        failed = True
        server.should_exit = True

    worker = replace(_worker_config(settings, clock, stop, address_key), is_applier_away=is_applier_away)
    server = uvicorn.Server(_config(create_app(worker), _protocol(settings)))

    async def serve() -> None:
        tasks = [
            in_background(_send_heartbeats(server, heartbeats), stop),
            in_background(_close_overdue(server), stop),
        ]
        try:
            shared = socket.socket(fileno=listening)
            shared.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            await server.serve(sockets=[shared])
        finally:
            for task in tasks:
                task.cancel()

    warm()
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        # What exists by now stays, so the garbage collector need not look at it again.
        gc.freeze()
        gc.set_threshold(GARBAGE_THRESHOLD)
        runner.run(serve())
    return (FLUSH_FAILED if failed else 0) if server.started else 1


def _worker_config(
    settings: Settings, clock: Clock, stop: Callable[[], None], address_key: bytes
) -> WorkerConfig:
    return WorkerConfig(
        folder=settings.folder,
        database=settings.database,
        url=settings.url,
        public_url=settings.public_url,
        dashboard_url=settings.dashboard_url,
        factor_policy=settings.second_factor,
        mail_from=settings.mail_from if settings.has_mail else "",
        trusted_proxies=settings.trusted_proxies,
        redis=settings.redis,
        online_limit=settings.online_limit,
        geo_file=settings.places_file if settings.has_places else None,
        font_file=Path(settings.font_file) if settings.font_file else None,
        spam_hosts=read_spam_hosts(settings),
        rate_per_minute=settings.rate_per_minute,
        rate_burst=settings.rate_burst,
        visitors_per_minute=settings.visitors_per_minute,
        visitors_burst=settings.visitors_burst,
        address_key=address_key,
        clock=clock,
        random=secrets.token_bytes,
        stop=stop,
    )


def _protocol(settings: Settings) -> Any:
    has_lane = settings.fast_lane and is_supported()
    if settings.fast_lane and not has_lane:
        log.warning("the fast lane needs uvicorn %s, not %s: it is off", RUNS_ON, uvicorn.__version__)
    return partial(FastLane if has_lane else BoundedConnection, crowd=Crowd())


def _config(app: Any, http: Any) -> uvicorn.Config:
    # Any: Starlette and uvicorn give the same protocol different types.
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
        headers=[("X-Content-Type-Options", "nosniff")],
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
    )


async def _send_heartbeats(server: uvicorn.Server, heartbeats: int) -> None:
    """Shows the supervisor that the event loop runs, from the moment on at which the worker serves."""
    while True:
        if server.started:
            send_heartbeat(heartbeats)
        interval = HEARTBEAT_INTERVAL if server.started else STARTUP_HEARTBEAT_INTERVAL
        await asyncio.sleep(interval.total_seconds())


async def _close_overdue(server: uvicorn.Server) -> None:
    """Closes connections whose time is up; one look a second at all is cheaper than a timer for each."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(CONNECTION_CHECK_INTERVAL.total_seconds())
        for connection in list(server.server_state.connections):
            if isinstance(connection, BoundedConnection):
                connection.close_if_overdue(loop.time())
