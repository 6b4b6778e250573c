"""Work beside answering."""

import asyncio

import pytest

from analytics_service.app.background import in_background


async def test_work_that_fails_is_told_with_its_traceback_and_ends_the_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        raise KeyError("nobody thought of this")

    ended = asyncio.Event()
    in_background(work(), ended.set)
    await asyncio.wait_for(ended.wait(), 10)
    assert "work failed, so this worker ends" in caplog.text
    assert "KeyError: 'nobody thought of this'" in caplog.text


async def test_work_that_is_cancelled_ends_nothing() -> None:
    stopped: list[bool] = []
    task = in_background(asyncio.sleep(1000), lambda: stopped.append(True))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert stopped == []
