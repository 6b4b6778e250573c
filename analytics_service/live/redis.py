"""Who is online, shared by workers in one Redis server or a Redis Cluster."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio.client import Pipeline
from redis.asyncio.cluster import ClusterPipeline

from analytics_service.live.connecting import FAULTS, Client, Node, connected, nodes_of
from analytics_service.live.memory import MemoryLive

GATHERED_FOR = 0.05
PAUSE_AFTER_FAILURE = 2.0
PENDING_LIMIT = 100_000
READ_KEPT = 1.0
READS_KEPT = 10_000
SITES_TOLD = 100_000
# A name that was replaced stays for the window with a score beyond every time, so that a sighting under it
# which another worker sends late cannot bring the visitor back a second time.
REPLACED = 10**15

log = logging.getLogger(__name__)

Touches = dict[tuple[int, int], tuple[int, int | None]]
"""When a site's visitor was seen, and the name that his new one takes the place of."""


@asynccontextmanager
async def open_redis_live(url: str, *, window: timedelta, limit: int) -> AsyncIterator["RedisLive"]:
    """A client that never keeps a caller waiting for longer than 100 ms."""
    live = RedisLive(url, window, limit, worker=secrets.token_hex(4))
    sender = asyncio.create_task(live.send_all())
    try:
        yield live
    finally:
        live.stop()
        await sender


class RedisLive:
    """One sorted set a site: names of visitors by the time they were seen.

    Each worker leaves a mark of its own beside it: where the mark is gone, Redis has forgotten, and is told
    again whom this worker saw.
    """

    def __init__(self, url: str, window: timedelta, limit: int, *, worker: str) -> None:
        self._url = url
        self._window_ms = int(window.total_seconds() * 1000)
        self._limit = limit
        self._worker = worker
        self._seen = MemoryLive(window, limit)
        self._told: set[int] = set()
        self._client = connected(url)
        self._nodes: list[Node] = []
        self._pending: dict[tuple[int, int], tuple[int, int | None]] = {}
        self._stopped = asyncio.Event()
        self._away_until = 0.0
        self._reads: dict[int, tuple[float, int]] = {}

    @staticmethod
    def _key(site: int) -> str:
        # One hash tag for all keys of a site, so that a cluster keeps them together.
        return f"vs:{{{site}}}:online"

    def touch(self, site: int, visitor: int, formerly: int | None, at_ms: int) -> None:
        """Gathered, and sent within 50 ms; while Redis is away each visitor's newest sighting is kept."""
        known = self._pending.get((site, visitor))
        if known is None and len(self._pending) >= PENDING_LIMIT:
            self._pending.pop(next(iter(self._pending)))
        latest = max(at_ms, known[0]) if known else at_ms
        self._pending[site, visitor] = (latest, formerly)
        self._seen.touch(site, visitor, formerly, at_ms)

    def stop(self) -> None:
        """Lets `send_all` send what is gathered and end."""
        self._stopped.set()

    async def send_all(self) -> None:
        """Sends what was gathered until stopped, then once more."""
        while not self._stopped.is_set():
            try:
                await asyncio.wait_for(self._stopped.wait(), GATHERED_FOR)
            except TimeoutError:
                await self._send()
        self._away_until = 0.0
        await self._send()
        await self._client.aclose()

    async def _send(self) -> None:
        if not self._pending or time.monotonic() < self._away_until:
            return
        touches, self._pending = self._pending, {}
        try:
            forgotten = await self._pipelined(touches)
            if forgotten:
                await self._pipelined(forgotten)
        except FAULTS as error:
            await self._failed(error)
            self._pending = {**touches, **self._pending}

    async def _pipelined(self, touches: Touches) -> Touches:
        """Sends touches; returns those of before that Redis has forgotten."""
        newest: dict[int, int] = {}
        for (site, _), (at_ms, _) in touches.items():
            newest[site] = max(at_ms, newest.get(site, at_ms))
        async with self._client.pipeline(transaction=False) as pipe:
            for (site, visitor), (at_ms, formerly) in touches.items():
                key = self._key(site)
                if formerly is not None:
                    pipe.zadd(key, {str(formerly): REPLACED + at_ms}, gt=True)
                pipe.zadd(key, {str(visitor): at_ms}, gt=True)
            for site, at_ms in newest.items():
                # Also where nobody ever asks for the figure.
                self._trim(pipe, site, at_ms)
                pipe.zremrangebyrank(self._key(site), 0, -(self._limit + 1))
                pipe.pexpire(self._key(site), self._window_ms * 2)
            for site in newest:
                pipe.set(self._mark(site), 1, px=self._window_ms * 2, nx=True)
            for site in newest:
                pipe.pexpire(self._mark(site), self._window_ms * 2)
            answers = await pipe.execute()
        marks = answers[-2 * len(newest) : -len(newest)]
        forgotten = [
            site for site, is_new in zip(newest, marks, strict=True) if is_new and site in self._told
        ]
        if len(self._told) + len(newest) > SITES_TOLD:
            self._told.clear()
        self._told.update(newest)
        return {
            (site, visitor): (at_ms, None)
            for site in forgotten
            for visitor, at_ms in self._seen.seen(site, newest[site])
            if (site, visitor) not in touches
        }

    async def online(self, site: int, at_ms: int) -> int | None:
        """Distinct visitors seen within the window, at most a second old; None while Redis is away."""
        now = time.monotonic()
        if now < self._away_until:
            return None
        kept = self._reads.get(site)
        if kept and now - kept[0] < READ_KEPT:
            return kept[1]
        try:
            # Shielded: a call cut off in the middle would leave its answer for the next caller.
            count = int(await asyncio.shield(self._count(site, at_ms)))
        except FAULTS as error:
            await self._failed(error)
            return None
        if len(self._reads) >= READS_KEPT:
            self._reads.clear()
        self._reads[site] = (now, count)
        return count

    async def _count(self, site: int, at_ms: int) -> int:
        key = self._key(site)
        await self._send()
        if self._pending:
            raise TimeoutError("what was gathered could not be sent, so a count would be too small")
        async with self._client.pipeline(transaction=False) as pipe:
            self._trim(pipe, site, at_ms)
            pipe.zcount(key, at_ms - self._window_ms, f"({REPLACED}")
            return int((await pipe.execute())[2])

    def _mark(self, site: int) -> str:
        return f"vs:{{{site}}}:told:{self._worker}"

    def _trim(self, pipe: Pipeline | ClusterPipeline, site: int, at_ms: int) -> None:
        """Takes out who left before the window, and names replaced before it."""
        since = at_ms - self._window_ms
        pipe.zremrangebyscore(self._key(site), "-inf", f"({since}")
        pipe.zremrangebyscore(self._key(site), REPLACED, f"({REPLACED + since}")

    async def _failed(self, error: Exception) -> None:
        if time.monotonic() >= self._away_until:
            log.warning("Redis is away, so nobody knows who is online: %s", type(error).__name__)
        self._away_until = time.monotonic() + PAUSE_AFTER_FAILURE
        self._reads.clear()
        self._nodes = nodes_of(self._client) or self._nodes
        broken, self._client = self._client, connected(self._url, self._nodes)
        await asyncio.shield(_closed(broken))


async def _closed(client: Client) -> None:
    try:
        await client.aclose()
    except FAULTS:
        log.debug("a broken connection did not close cleanly")
