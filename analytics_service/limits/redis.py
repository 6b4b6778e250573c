"""How much one sender may send, over all workers that share a Redis."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path

from analytics_service.domain.limits import Allowance
from analytics_service.limits.memory import MemoryLimits
from analytics_service.redis_client.client import FAULTS
from analytics_service.redis_client.link import Link, Start

SHARE_INTERVAL = timedelta(milliseconds=100)
SHARED_SENDERS_LIMIT = 10_000
"""Between two rounds; of those beyond, only this worker knows."""
SHARDS = 16
"""Each is a hash tag of its own, so that a cluster spreads them."""
RATES = Path(__file__).with_name("rates.lua").read_text("utf-8")


@asynccontextmanager
async def open_redis_limits(
    url: str, *, secret: bytes, per_minute: int, burst: int, start: Start
) -> AsyncIterator["RedisLimits"]:
    """Opens limits that all workers of a Redis share each 100 ms."""
    limits = RedisLimits(url, secret, MemoryLimits(per_minute=per_minute, burst=burst))
    sharing = start(limits.share_all())
    try:
        yield limits
    finally:
        limits.stop()
        await asyncio.wait({sharing})


class RedisLimits:
    """Answers from memory at once; what the other workers let pass is known within 100 ms.

    While Redis is away each worker limits by itself. A sender is known by a hash under a key that only
    the workers of this service have, for as long as their allowance is not whole again.
    """

    def __init__(self, url: str, secret: bytes, local: MemoryLimits) -> None:
        self._secret = secret
        self._local = local
        self._link = Link(url, "so each worker limits by itself")
        self._passed: Counter[str] = Counter()
        self._at_ms = 0
        self._stopped = asyncio.Event()

    def allows(self, sender: str, at_ms: int) -> bool:
        """Whether one more of this sender may pass now; what does not pass costs nothing."""
        if not self._local.allows(sender, at_ms):
            return False
        if self._local.each_ms and (sender in self._passed or len(self._passed) < SHARED_SENDERS_LIMIT):
            self._passed[sender] += 1
            self._at_ms = at_ms
        return True

    def allowance(self, sender: str, at_ms: int) -> Allowance | None:
        """What is left of a sender's allowance, as of the last round; None where there is no limit."""
        return self._local.allowance(sender, at_ms)

    def stop(self) -> None:
        """Lets `share_all` end with its present round."""
        self._stopped.set()

    async def share_all(self) -> None:
        """Shares with the other workers what passed, until stopped."""
        while not self._stopped.is_set():
            try:
                await asyncio.wait_for(self._stopped.wait(), SHARE_INTERVAL.total_seconds())
            except TimeoutError:
                await self._share()
        await self._link.close()

    async def _share(self) -> None:
        passed, self._passed = self._passed, Counter()
        # While Redis is away no address waits here for it.
        if not passed or self._link.is_away:
            return
        shards: list[dict[str, str]] = [{} for _ in range(SHARDS)]
        for sender in passed:
            name = blake2b(sender.encode(), key=self._secret, digest_size=8)
            shards[name.digest()[0] % SHARDS][sender] = name.hexdigest()
        try:
            async with self._link.client() as client, client.pipeline(transaction=False) as pipe:
                for number, shard in enumerate(shards):
                    if shard:
                        keys = [f"vs:{{rate{number}}}:{name}" for name in shard.values()]
                        pace = (self._at_ms, self._local.each_ms, self._local.ahead_ms)
                        pipe.eval(RATES, len(keys), *keys, *pace, *(passed[sender] for sender in shard))
                answers = await pipe.execute()
        except FAULTS as error:
            self._link.report_failure(error)
            return
        for shard, times in zip((shard for shard in shards if shard), answers, strict=True):
            for sender, full_at in zip(shard, times, strict=True):
                self._local.learn(sender, float(full_at))
