"""Whatever Redis does: every beacon is answered and counted, and *online* is right or unknown."""

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.senders import Log, Senders
from tests.faults.sizes import soak
from tests.redis_cluster import RedisCluster, running_cluster
from tests.redis_server import RedisServer, running_redis
from tests.service import Service, add_site, known, serving, until, view_id

QUIET = 50
"""Visitors who were seen once, and tell nothing while Redis has its trouble."""
SENDING = 200
EVERYBODY = QUIET + SENDING
SITE_KEY = "vs:{2}:online"
LASTS = soak(1, 8)
BACK_WITHIN = 60
P99_LIMIT = soak(2500, 250) / 1000
FAILOVERS = soak(1, 20)


class Server:
    """One Redis on one port, whose process may change."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self.redis: RedisServer = stack.enter_context(running_redis(folder))

    def restart(self, *more: str) -> None:
        port = self.redis.port
        self.redis = self._stack.enter_context(running_redis(self._folder, port, *more))

    def kill(self) -> None:
        self.redis.process.kill()
        self.redis.process.wait()

    def ask(self, *words: str) -> str:
        return self.redis.ask(*words)


@contextmanager
def _refused(server: Server) -> Iterator[None]:
    server.kill()
    yield
    server.restart()


@contextmanager
def _hung(server: Server) -> Iterator[None]:
    server.redis.process.send_signal(signal.SIGSTOP)
    yield
    server.redis.process.send_signal(signal.SIGCONT)


@contextmanager
def _slow(server: Server) -> Iterator[None]:
    # Four of five commands wait for longer than a caller does.
    port = str(server.redis.port)
    slowing = subprocess.Popen(
        ["redis-cli", "-p", port, "-r", "100000", "-i", "0.05", "client", "pause", "200"],
        stdout=subprocess.DEVNULL,
    )
    yield
    slowing.kill()
    slowing.wait()


@contextmanager
def _full(server: Server) -> Iterator[None]:
    server.ask("config", "set", "maxmemory", "1")
    yield
    server.ask("config", "set", "maxmemory", "0")


@contextmanager
def _read_only(server: Server) -> Iterator[None]:
    server.ask("replicaof", "127.0.0.1", "1")
    yield
    server.ask("replicaof", "no", "one")


@contextmanager
def _loading(server: Server) -> Iterator[None]:
    for number in range(100):
        server.ask("set", f"filler:{number}", "x" * 2000)
    server.ask("save")
    server.kill()
    # 20 ms for each of a hundred keys, and a look at the clients in between.
    server.restart("--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024")
    yield


@contextmanager
def _password(server: Server) -> Iterator[None]:
    server.ask("config", "set", "requirepass", "another")
    server.redis.ask("-a", "another", *"client kill type normal".split())
    yield
    server.redis.ask("-a", "another", *"config set requirepass".split(), "")


@contextmanager
def _wrong_type(server: Server) -> Iterator[None]:
    for _ in range(20):
        server.ask("eval", "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], 'x')", "1", SITE_KEY)
    yield
    server.ask("del", SITE_KEY)


@contextmanager
def _flushed(server: Server) -> Iterator[None]:
    server.ask("flushall")
    server.ask("script", "flush")
    yield


def _online(service: Service, site: str) -> int | None:
    # Answers are kept for some seconds: each time something else is asked for beside it.
    beside = random.sample(["today", "yesterday", "week", "last_week", "month", "year", "total", "peak"], 4)
    asked = {"items": ",".join(["online", *beside])}
    told = service.http.get(f"/api/v1/sites/{site}/counter", params=asked).json()
    online: int | None = told["counts"]["online"]
    # Where nobody knows, it says when its worker last did.
    known_at = told.get("online_known_at", "")
    assert online is None or not known_at
    assert known_at[:16] <= told["generated_at"][:16]
    return online


def _visited(service: Service, site: str, log: Log) -> None:
    for number in range(QUIET):
        headers, view = {"X-Forwarded-For": f"198.51.100.{number}"}, view_id()
        answer = service.beacon(site, "https://x.example.vn/", headers, i=view)
        assert answer.headers["X-Vstats"] == "counted"
        log.sent.add(view)
        log.accepted.add(view)


@contextmanager
def _under_load(service: Service) -> Iterator[Callable[[], int | None]]:
    """Visitors who stay and visitors who go on; asks who is online, and judges at the end."""
    site = add_site(service.data, "x.example.vn")["public_id"]
    known(service, site)
    with Senders(site, service.url, 4, pause=0.01) as senders:
        _visited(service, site, senders.log)
        yield lambda: _online(service, site)
    p99 = senders.log.at_percentile(99)
    print(f"{senders.accepted()} accepted, {senders.log.statuses}, 99 % within {p99 * 1000:.0f} ms")
    assert set(senders.log.statuses) == {202}
    assert senders.log.unanswered == 0
    assert p99 < P99_LIMIT
    assert judged_at_last(service.data, senders.log) == RIGHT


@pytest.mark.timeout(900)
def test_every_beacon_is_counted_and_online_is_right_again_whatever_redis_does(tmp_path: Path) -> None:
    faults = [_refused, _hung, _slow, _full, _read_only, _loading, _password, _wrong_type, _flushed]
    with ExitStack() as stack:
        server = Server(tmp_path, stack)
        service = stack.enter_context(
            serving(tmp_path / "data", "--workers", "2", "--redis", server.redis.url)
        )
        with _under_load(service) as online:
            assert until(online, lambda count: count == EVERYBODY, limit=BACK_WITHIN) == EVERYBODY
            for fault in faults:
                with fault(server):
                    time.sleep(LASTS)
                    during = online()
                    assert during in (None, EVERYBODY), fault.__name__
                begun = time.monotonic()
                assert until(online, lambda count: count == EVERYBODY, limit=BACK_WITHIN) == EVERYBODY, (
                    fault.__name__
                )
                print(f"{fault.__name__}: {during} during it, right {time.monotonic() - begun:.1f} s after")


@pytest.mark.timeout(1800)
def test_every_beacon_is_counted_while_masters_die_and_slots_move(tmp_path: Path) -> None:
    with ExitStack() as stack:
        nodes = stack.enter_context(running_cluster(tmp_path / "cluster"))
        service = stack.enter_context(serving(tmp_path / "data", "--workers", "2", "--redis", nodes.url))
        with _under_load(service) as online:
            assert until(online, lambda count: count == EVERYBODY, limit=BACK_WITHIN) == EVERYBODY
            nodes.move(SITE_KEY)
            assert until(online, lambda count: count == EVERYBODY, limit=BACK_WITHIN) == EVERYBODY
            for _ in range(FAILOVERS):
                _fail_over(nodes)
                begun = time.monotonic()
                assert until(online, lambda count: count == EVERYBODY, limit=BACK_WITHIN) == EVERYBODY
                print(f"a failover: right {time.monotonic() - begun:.1f} s after")


def _fail_over(nodes: RedisCluster) -> None:
    """Kills the master of the site, waits until its replica has followed, and starts it again."""
    port = nodes.master_of(SITE_KEY)
    nodes.processes[port].kill()
    nodes.processes[port].wait()
    follower = until(lambda: _serving(nodes), lambda found: found not in (None, port), limit=BACK_WITHIN)
    assert follower not in (None, port)
    nodes.start(port)
    said = until(lambda: nodes.ask(port, "info", "replication"), lambda text: "master_link_status:up" in text)
    assert "master_link_status:up" in said


def _serving(nodes: RedisCluster) -> int | None:
    try:
        return nodes.master_of(SITE_KEY)
    except (AssertionError, ValueError):
        return None
