"""The bound on one sender over several workers."""

import asyncio
import signal
from pathlib import Path

from analytics_service.limits.redis import RedisLimits, open_redis_limits
from tests.redis_server import running_redis

AT = 1_800_000_000_000
PER_MINUTE, BURST = 60, 10
ANN, BOB = "203.0.113.7", "2001:db8::/64"
SECRET = b"of these workers"


async def _denies(limits: RedisLimits, key: str) -> bool:
    for _ in range(200):
        # It is heard of with the next round, and a round needs somebody who sends.
        limits.allows(key, AT)
        if not limits.allows(key, AT):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_what_one_worker_let_pass_is_gone_at_the_other(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        async with (
            open_redis_limits(
                server.url, secret=SECRET, per_minute=1, burst=1000, start=asyncio.create_task
            ) as one,
            open_redis_limits(
                server.url, secret=SECRET, per_minute=1, burst=1000, start=asyncio.create_task
            ) as other,
        ):
            assert all(one.allows(ANN, AT) for _ in range(995))
            await asyncio.sleep(0.5)
            assert await _denies(other, ANN)
            assert other.allows(BOB, AT)
            # Nothing in Redis outlives the allowance, or tells who it was.
            keys = server.ask("keys", "vs:*").split()
            assert not any(part in key for key in keys for part in ("203", "2001"))
            key = max(keys, key=lambda key: int(server.ask("pttl", key)))
            assert 0 < int(server.ask("pttl", key)) <= 1000 * 60_000


async def test_each_worker_limits_by_itself_while_redis_hangs(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        async with open_redis_limits(
            server.url, secret=SECRET, per_minute=PER_MINUTE, burst=BURST, start=asyncio.create_task
        ) as limits:
            server.process.send_signal(signal.SIGSTOP)
            for _ in range(3):
                limits.allows(BOB, AT)
                await asyncio.sleep(0.2)
            assert [limits.allows(ANN, AT) for _ in range(BURST + 1)] == [True] * BURST + [False]
            server.process.send_signal(signal.SIGCONT)
