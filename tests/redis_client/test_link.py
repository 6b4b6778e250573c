"""A client of Redis that failed is replaced, and nothing of it stays open."""

import asyncio
import gc
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio.cluster import RedisCluster

from analytics_service.redis_client.link import Link
from tests.redis_cluster import running_cluster
from tests.redis_server import running_redis


async def test_a_client_that_is_replaced_while_it_still_connects_is_closed(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as nodes:
        link = Link(nodes.url, "nothing is known", answer_timeout=timedelta(seconds=10))
        connecting, replaced = asyncio.Event(), asyncio.Event()

        async def use() -> None:
            async with link.client() as client:
                assert isinstance(client, RedisCluster)
                connecting.set()
                await replaced.wait()
                # As one does whose answers come late.
                await client.initialize()

        using = asyncio.create_task(use())
        await connecting.wait()
        link.report_failure(TimeoutError())
        replaced.set()
        await using
        await link.close()
        del using, use
        # A client that is open when it goes warns, and a warning is an error.
        gc.collect()


async def test_a_client_is_not_closed_under_who_uses_it(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        link = Link(server.url, "nothing is known", answer_timeout=timedelta(seconds=10))
        async with link.client() as client:
            link.report_failure(TimeoutError())
            await client.set("a", "1")
            async with link.client() as other:
                assert other is not client
                assert await other.get("a") == b"1"
        await link.close()


async def test_an_outage_is_two_lines_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with running_redis(tmp_path) as server:
        link = Link(server.url, "nothing is known", answer_timeout=timedelta(seconds=10))
        async with link.client() as of_before:
            for _ in range(3):
                link.report_failure(TimeoutError())
                link.try_again()
            await of_before.set("a", "1")
        assert caplog.messages == ["Redis is away, nothing is known: TimeoutError"]
        async with link.client() as client:
            await client.set("a", "2")
        assert [message.rpartition(" after ")[0] for message in caplog.messages[1:]] == ["Redis is back"]
        # Within a minute, it may come and go without another line.
        link.report_failure(TimeoutError())
        async with link.client() as client:
            await client.set("a", "3")
        assert len(caplog.messages) == 2
        await link.close()
