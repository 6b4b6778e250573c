"""Who is online: one suite on every implementation of the port Live."""

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from analytics_service.live.memory import open_memory_live
from analytics_service.live.redis import RedisLive, open_redis_live
from analytics_service.ports.live import Live
from analytics_service.redis_client.probe import examine_redis
from tests.faults.sizes import soak
from tests.redis_cluster import RedisCluster, running_cluster
from tests.redis_server import made_certificate, running_redis

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


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(params=["memory", "redis", "unix", "cluster"])
async def live(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Live]:
    async with AsyncExitStack() as stack:
        if request.param == "cluster":
            nodes = request.getfixturevalue("cluster")
            nodes.flush()
            yield await stack.enter_async_context(patient(nodes.url))
            return
        if request.param == "unix":
            stack.enter_context(running_redis(tmp_path))
            url = f"unix://{tmp_path}/redis.sock"
            yield await stack.enter_async_context(patient(url))
            return
        if request.param == "memory":
            yield await stack.enter_async_context(open_memory_live(window=WINDOW, limit=LIMIT))
        else:
            server = stack.enter_context(running_redis(tmp_path))
            yield await stack.enter_async_context(patient(server.url))


async def becomes(
    ask: Callable[[], Awaitable[int | None]], right: int | None, limit: float = 60
) -> int | None:
    """Asks until the answer is right: reads may be a second old."""
    deadline = time.monotonic() + limit
    while (answer := await ask()) != right and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return answer


async def test_nobody_is_online_where_nobody_was_seen(live: Live) -> None:
    assert await live.online(SITE, AT) == 0


async def test_a_visitor_with_two_tabs_is_one(live: Live) -> None:
    live.touch(SITE, ANN, None, AT)
    live.touch(SITE, ANN, None, AT + 10)
    live.touch(SITE, BOB, None, AT)
    live.touch(OTHER, ANN, None, AT)
    assert await becomes(lambda: live.online(SITE, AT + 10), 2) == 2
    assert await becomes(lambda: live.online(OTHER, AT + 10), 1) == 1


async def test_a_visitor_is_online_for_the_window_and_no_longer(live: Live) -> None:
    live.touch(SITE, ANN, None, AT)
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS), 1) == 1
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 1), 0) == 0


async def test_a_touch_that_comes_late_does_not_set_a_visitor_back(live: Live) -> None:
    live.touch(SITE, ANN, None, AT + 200_000)
    await becomes(lambda: live.online(SITE, AT + 200_000), 1)
    live.touch(SITE, ANN, None, AT)
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 100_000), 1) == 1


async def test_the_id_of_today_takes_the_place_of_yesterdays(live: Live) -> None:
    live.touch(SITE, ANN, None, AT)
    await becomes(lambda: live.online(SITE, AT), 1)
    live.touch(SITE, BOB, ANN, AT + 1000)
    live.touch(SITE, BOB + 1, None, AT + 1000)
    assert await becomes(lambda: live.online(SITE, AT + 1000), 2) == 2
    # … and is gone with them when they leave.
    assert await becomes(lambda: live.online(SITE, AT + 1000 + WINDOW_MS + 1), 0) == 0


async def test_a_site_holds_no_more_visitors_than_its_limit(live: Live) -> None:
    for visitor in range(LIMIT + 50):
        live.touch(SITE, visitor, None, AT + visitor)
    assert await becomes(lambda: live.online(SITE, AT + LIMIT), LIMIT) == LIMIT


async def test_a_visitor_is_on_the_page_where_they_were_seen_last(live: Live) -> None:
    live.touch(SITE, ANN, None, AT, "/a")
    live.touch(SITE, BOB, None, AT, "/a")
    assert await becomes(lambda: live.online(SITE, AT, "/a"), 2) == 2
    live.touch(SITE, ANN, None, AT + 2000, "/b?page=2")
    # Who tells nothing of a page stays where they were, and what comes late changes nothing.
    live.touch(SITE, BOB, None, AT + 2000)
    live.touch(SITE, ANN, None, AT + 1000, "/c")
    assert await becomes(lambda: live.online(SITE, AT + 2000, "/b?page=2"), 1) == 1
    assert await becomes(lambda: live.online(SITE, AT + 2000, "/a"), 1) == 1
    assert await live.online(SITE, AT + 2000, "/c") == 0
    assert await live.online(OTHER, AT + 2000, "/a") == 0
    assert await becomes(lambda: live.online(SITE, AT + 2000), 2) == 2


async def test_nobody_stays_on_a_page_longer_than_they_are_online(live: Live) -> None:
    live.touch(SITE, ANN, None, AT, "/a")
    live.touch(SITE, BOB, None, AT + 1000, "/a")
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS, "/a"), 2) == 2
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 500, "/a"), 1) == 1
    live.touch(SITE, BOB + 1, BOB, AT + WINDOW_MS + 500, "/b")
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 500, "/b"), 1) == 1
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 500, "/a"), 0) == 0


async def test_visitors_over_the_limit_leave_their_pages_too(live: Live) -> None:
    for visitor in range(LIMIT + 50):
        live.touch(SITE, visitor, None, AT + visitor, f"/{visitor % 2}")
    assert await becomes(lambda: live.online(SITE, AT + LIMIT + 50), LIMIT) == LIMIT
    assert await becomes(lambda: live.online(SITE, AT + LIMIT + 50, "/0"), LIMIT // 2) == LIMIT // 2


async def test_a_late_touch_under_yesterdays_name_brings_nobody_back(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        async with (
            patient(server.url) as early,
            patient(server.url) as late,
        ):
            early.touch(SITE, BOB, ANN, AT + 1000)
            assert await becomes(lambda: early.online(SITE, AT + 1000), 1) == 1
            late.touch(SITE, ANN, None, AT)
            assert await late.online(SITE, AT + 1000) == 1


async def test_nobody_knows_while_redis_hangs_and_everybody_again_after(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        async with patient(server.url) as live:
            live.touch(SITE, ANN, None, AT)
            assert await becomes(lambda: live.online(SITE, AT), 1) == 1
            server.process.send_signal(signal.SIGSTOP)
            assert await becomes(lambda: live.online(SITE, AT), None) is None
            live.touch(SITE, BOB, None, AT)
            server.process.send_signal(signal.SIGCONT)
            assert await becomes(lambda: live.online(SITE, AT), 2) == 2


@pytest.mark.timeout(400)
async def test_very_many_sites_are_sent_when_redis_is_back(tmp_path: Path) -> None:
    sites = 20_000
    with running_redis(tmp_path) as server:
        async with patient(server.url) as live:
            server.process.send_signal(signal.SIGSTOP)
            for site in range(sites):
                live.touch(site, ANN, None, AT, "/a")
            assert await becomes(lambda: live.online(sites - 1, AT), None) is None
            server.process.send_signal(signal.SIGCONT)
            assert await becomes(lambda: live.online(sites - 1, AT), 1, limit=300) == 1
            assert await live.online(0, AT, "/a") == 1


async def test_redis_that_lost_everything_gets_a_replay_of_whom_the_worker_saw(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        with running_redis(tmp_path) as server:
            live = await stack.enter_async_context(patient(server.url))
            live.touch(SITE, ANN, None, AT)
            assert await becomes(lambda: live.online(SITE, AT), 1) == 1
        assert await becomes(lambda: live.online(SITE, AT), None) is None
        live.touch(SITE, BOB, None, AT)
        with running_redis(tmp_path, port=int(server.url.split(":")[2].split("/")[0])):
            assert await becomes(lambda: live.online(SITE, AT), 2) == 2


async def test_redis_that_was_flushed_gets_a_replay_from_each_worker(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        port = server.url.rpartition(":")[2].partition("/")[0]
        async with (
            patient(server.url) as one,
            patient(server.url) as other,
        ):
            for visitor in range(10):
                one.touch(SITE, visitor, None, AT, "/a")
                other.touch(SITE, 100 + visitor, None, AT)
            assert await becomes(lambda: one.online(SITE, AT), 20) == 20
            subprocess.run(["redis-cli", "-p", port, "flushall"], check=True, capture_output=True)  # noqa: ASYNC221
            # One visitor of each worker is seen again, and all are back.
            one.touch(SITE, 0, None, AT + 1000)
            other.touch(SITE, 100, None, AT + 1000)
            assert await becomes(lambda: one.online(SITE, AT + 1000), 20) == 20
            assert await becomes(lambda: one.online(SITE, AT + 1000, "/a"), 10) == 10


async def test_what_a_site_knows_is_not_lost_with_another_sites_keys(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        async with patient(server.url) as live:
            server.ask("set", f"vs:{{{SITE}}}:online", "something else")
            for visitor in range(10):
                live.touch(SITE, visitor, None, AT)
                live.touch(OTHER, visitor, None, AT)
            assert await becomes(lambda: live.online(OTHER, AT), 10) == 10
            assert await live.online(SITE, AT) is None
            server.ask("del", f"vs:{{{SITE}}}:online")
            live.touch(SITE, 0, None, AT + 1000)
            assert await becomes(lambda: live.online(SITE, AT + 1000), 10) == 10


async def test_a_touch_is_one_script_and_a_figure_another(tmp_path: Path) -> None:
    """Monitor shows what clients send, and "lua" before what scripts do."""
    with running_redis(tmp_path) as server, server.monitored() as monitored:
        async with patient(server.url) as live:
            for visitor in range(500):
                live.touch(SITE, visitor, None, AT, f"/{visitor % 7}")
            assert await becomes(lambda: live.online(SITE, AT), 500) == 500
            assert await live.online(SITE, AT, "/1") == 72
    commands = [line.split()[3] for line in monitored if "lua]" not in line and " lua" not in line]
    assert commands.count('"EVAL"') == 3, commands
    assert set(commands) <= {'"EVAL"', '"CLIENT"', '"SELECT"', '"HELLO"'}
    # What a figure costs: one look-up each, in sets sorted by time and by page.
    lookups = [line.split('"')[1].upper() for line in monitored if " lua]" in line][-3:]
    assert lookups == ["ZCOUNT", "ZRANGEBYSCORE", "ZSCORE"]


@pytest.mark.timeout(300)
async def test_a_visitor_with_their_page_takes_200_bytes_of_redis_at_most(tmp_path: Path) -> None:
    visitors = soak(20_000, 1_000_000)
    with running_redis(tmp_path) as server:
        before = server.used_memory()
        async with patient(server.url, limit=visitors) as live:
            chance = Random(7)
            for number in range(visitors):
                live.touch(
                    SITE, chance.getrandbits(63), None, AT + number % 1000, f"/tin-tuc/{number % 1000}"
                )
                if number % 50_000 == 49_999:
                    assert await becomes(lambda: live.online(SITE, AT + 1000), number + 1) == number + 1
            assert await becomes(lambda: live.online(SITE, AT + 1000), visitors) == visitors
        each = (server.used_memory() - before) / visitors
    print(f"{visitors} visitors on 1000 pages: {each:.0f} bytes each")
    assert each <= 200


async def test_a_master_that_dies_is_followed_by_its_replica(tmp_path: Path) -> None:
    sites = range(1, 13)
    with running_cluster(tmp_path) as nodes:
        async with patient(nodes.url) as live:
            for site in sites:
                live.touch(site, ANN, None, AT)
            for site in sites:
                assert await becomes(partial(live.online, site, AT), 1) == 1
            # It is the one that the address names, too.
            nodes.processes[nodes.ports[0]].kill()
            for site in sites:
                live.touch(site, BOB, None, AT + 1000)
            for site in sites:
                assert await becomes(partial(live.online, site, AT + 1000), 2) == 2


async def test_a_user_who_may_do_what_the_page_says_is_enough(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "redis.md").read_text("utf-8")
    allowed = next(line for line in page.splitlines() if line.startswith("ACL SETUSER analytics"))
    with running_redis(tmp_path) as server:
        port = server.url.rpartition(":")[2].partition("/")[0]
        for words in (allowed.replace("SECRET", "pass-word").split(), ["ACL", "SETUSER", "default", "off"]):
            said = subprocess.run(["redis-cli", "-p", port, *words], capture_output=True, check=True)  # noqa: ASYNC221
            assert said.stdout == b"OK\n"
        url = f"redis://analytics:pass-word@127.0.0.1:{port}/0"
        async with patient(url) as live:
            live.touch(SITE, ANN, None, AT)
            live.touch(SITE, BOB, ANN - 1, AT)
            assert await becomes(lambda: live.online(SITE, AT), 2) == 2
        assert examine_redis(url).policy == "noeviction"
        async with patient(f"redis://127.0.0.1:{port}/0") as live:
            live.touch(SITE, ANN, None, AT)
            assert await live.online(SITE, AT) is None


async def test_over_tls_it_knows_whom_it_talks_to(tmp_path: Path) -> None:
    server_files = made_certificate(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    files = ("--tls-cert-file", str(server_files.certificate), "--tls-key-file", str(server_files.key))
    options = ("--tls-port", str(port), *files, "--tls-auth-clients", "no")
    with running_redis(tmp_path, 0, *options):
        url = f"rediss://127.0.0.1:{port}/0"
        trusted = f"{url}?ssl_ca_certs={server_files.certificate}"
        async with patient(trusted) as live:
            live.touch(SITE, ANN, None, AT)
            assert await becomes(lambda: live.online(SITE, AT), 1) == 1
        # Nobody vouches for it.
        async with patient(url) as live:
            assert await live.online(SITE, AT) is None


async def test_no_password_is_written_to_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = "redis://analytics:pass-word@127.0.0.1:1/0"
    async with patient(url) as live:
        live.touch(SITE, ANN, None, AT)
        assert await live.online(SITE, AT) is None
    assert "Redis is away" in caplog.text
    assert "pass-word" not in caplog.text
