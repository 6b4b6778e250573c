"""The bound on one sender: the contract of the port Limits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from analytics_service.limits.memory import MemoryLimits
from analytics_service.limits.redis import open_redis_limits
from analytics_service.ports.limits import Limits
from tests.redis_cluster import running_cluster
from tests.redis_server import running_redis

AT = 1_800_000_000_000
PER_MINUTE, BURST = 60, 10
ANN, BOB = "203.0.113.7", "2001:db8::/64"
SECRET = b"of these workers"


@pytest.fixture(params=["memory", "redis", "cluster"])
async def limits(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Limits]:
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            yield MemoryLimits(per_minute=PER_MINUTE, burst=BURST)
            return
        if request.param == "redis":
            url = stack.enter_context(running_redis(tmp_path)).url
        else:
            url = stack.enter_context(running_cluster(tmp_path)).url
        yield await stack.enter_async_context(
            open_redis_limits(
                url, secret=SECRET, per_minute=PER_MINUTE, burst=BURST, start=asyncio.create_task
            )
        )


async def test_a_burst_passes_then_a_steady_pace(limits: Limits) -> None:
    assert [limits.allows(ANN, AT) for _ in range(BURST + 1)] == [True] * BURST + [False]
    assert limits.allows(BOB, AT)
    await asyncio.sleep(0.5)
    assert not limits.allows(ANN, AT + 999)
    assert limits.allows(ANN, AT + 1000)
    assert not limits.allows(ANN, AT + 1001)


async def test_the_burst_is_there_again_after_a_pause(limits: Limits) -> None:
    assert all(limits.allows(ANN, AT) for _ in range(BURST))
    after = AT + BURST * 60_000 // PER_MINUTE
    assert [limits.allows(ANN, after) for _ in range(BURST + 1)] == [True] * BURST + [False]


async def test_each_sender_has_an_allowance_of_their_own(limits: Limits) -> None:
    while limits.allows(ANN, AT):
        pass
    assert all(limits.allows(f"sender {number}", AT) for number in range(100))


async def test_what_is_left_is_told_with_the_time_until_more_passes(limits: Limits) -> None:
    def left() -> tuple[int, float, float]:
        allowance = limits.allowance(ANN, AT)
        assert allowance is not None
        return allowance.left, allowance.whole_in.total_seconds(), allowance.wait.total_seconds()

    assert left() == (BURST, 0, 0)
    limits.allows(ANN, AT)
    assert left() == (BURST - 1, 1, 0)
    while limits.allows(ANN, AT):
        pass
    assert left() == (0, BURST, 1)


def test_without_a_limit_there_is_no_allowance() -> None:
    assert MemoryLimits(per_minute=0, burst=0).allowance(ANN, AT) is None
