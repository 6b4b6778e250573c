"""Who is online while Redis hangs, loses everything, is a cluster, asks for a password."""

import signal
import socket
import subprocess
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from random import Random

import pytest

from analytics_service.redis_client.probe import examine_redis
from tests.faults.sizes import soak
from tests.live.online import ANN, AT, BOB, OTHER, SITE, becomes, patient
from tests.redis_cluster import running_cluster
from tests.redis_server import made_certificate, running_redis


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
