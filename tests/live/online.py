"""Who is online, as tests ask for it: with patience, since reads may be a second old."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from analytics_service.live.redis import RedisLive, open_redis_live

WINDOW = timedelta(minutes=5)
WINDOW_MS = 300_000
LIMIT = 1000
AT = 1_800_000_000_000
# For the time that Redis takes to answer on a machine that is busy with other things.
PATIENT = timedelta(seconds=2)
ANN, BOB = -5_000_000_000_000_000_001, 7
SITE, OTHER = 1, 2


def patient(url: str, limit: int = LIMIT) -> AbstractAsyncContextManager[RedisLive]:
    """Who is online, lookups with patience."""
    return open_redis_live(url, window=WINDOW, limit=limit, start=asyncio.create_task, answer_timeout=PATIENT)


async def becomes(
    ask: Callable[[], Awaitable[int | None]], right: int | None, limit: float = 60
) -> int | None:
    """Asks until the answer is right: reads may be a second old."""
    deadline = time.monotonic() + limit
    while (answer := await ask()) != right and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return answer
