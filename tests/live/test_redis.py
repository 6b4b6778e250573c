"""The sender of what is online: an unexpected exception in it is reported."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from analytics_service.app.background import in_background
from analytics_service.limits.redis import RedisLimits, open_redis_limits
from analytics_service.live.redis import RedisLive, open_redis_live
from tests.redis_server import running_redis


async def _fails(_self: object) -> None:
    raise ZeroDivisionError("a bug")


@pytest.mark.parametrize("part", ["live", "limits"])
async def test_a_bug_in_the_work_beside_answering_ends_the_worker(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(RedisLive, "send_all", _fails)
    monkeypatch.setattr(RedisLimits, "share_all", _fails)
    stops: list[str] = []
    start = partial(in_background, stop=lambda: stops.append(part))
    with running_redis(tmp_path) as server:
        opened = (
            open_redis_live(server.url, window=timedelta(minutes=5), limit=10, start=start)
            if part == "live"
            else open_redis_limits(server.url, secret=b"key", per_minute=1, burst=1, start=start)
        )
        async with opened:
            pass
    assert stops == [part]
    assert "ZeroDivisionError: a bug" in caplog.text
