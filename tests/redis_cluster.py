"""A real Redis Cluster for the length of a block: three masters, each with a replica."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.redis_server import cli_binary, redis_binary
from tests.service import until

NODES = 6
NODE_TIMEOUT_MS = 1_000


@dataclass
class RedisCluster:
    """The nodes on 127.0.0.1 by their ports; a master that is killed is followed by its replica."""

    ports: list[int]
    processes: dict[int, subprocess.Popen[bytes]]
    folder: Path

    @property
    def url(self) -> str:
        """An address that names one node; the others are found."""
        return f"redis+cluster://127.0.0.1:{self.ports[0]}"

    def ask(self, port: int, *words: str) -> str:
        """What a node says."""
        return _said("-p", str(port), *words)

    def masters(self) -> list[int]:
        """The ports of the masters, as the first living node sees them."""
        living = next(port for port in self.ports if self.processes[port].poll() is None)
        return [
            int(line.split()[1].split("@")[0].rpartition(":")[2])
            for line in self.ask(living, "cluster", "nodes").splitlines()
            if "master" in line and "fail" not in line
        ]

    def start(self, port: int) -> None:
        """Starts a node, also one that was killed: it comes back as it was known."""
        home = self.folder / str(port)
        home.mkdir(parents=True, exist_ok=True)
        options = ["--bind", "127.0.0.1", "--cluster-enabled", "yes", "--save", "", "--appendonly", "no"]
        options += ["--cluster-require-full-coverage", "no", "--dir", str(home), "--port", str(port)]
        options += ["--cluster-node-timeout", str(NODE_TIMEOUT_MS), "--repl-diskless-sync-delay", "0"]
        self.processes[port] = subprocess.Popen([redis_binary(), *options], stdout=subprocess.DEVNULL)

    def master_of(self, key: str) -> int:
        """The port of the living node that serves a key."""
        slot = int(self.ask(self.masters()[0], "cluster", "keyslot", key))
        for line in self.ask(self.masters()[0], "cluster", "nodes").splitlines():
            _, address, flags, *_rest, ranges = (
                line.split(maxsplit=8) if len(line.split()) > 8 else (*line.split(), "")
            )
            for one in ranges.split():
                first, _, last = one.partition("-")
                if "fail" not in flags and "[" not in one and int(first) <= slot <= int(last or first):
                    return int(address.split("@")[0].rpartition(":")[2])
        raise AssertionError(f"nobody serves slot {slot}")

    def move(self, key: str) -> None:
        """Moves a key's slot to another master, key by key, as an operator who adds a node does."""
        giver = self.master_of(key)
        taker = next(port for port in self.masters() if port != giver)
        slot = self.ask(giver, "cluster", "keyslot", key).strip()
        names = {port: self.ask(port, "cluster", "myid").strip() for port in (giver, taker)}
        self.ask(taker, *("cluster", "setslot", slot, "importing", names[giver]))
        self.ask(giver, *("cluster", "setslot", slot, "migrating", names[taker]))
        while keys := self.ask(giver, "cluster", "getkeysinslot", slot, "1").split():
            self.ask(giver, *("migrate", "127.0.0.1", str(taker), keys[0], "0", "5000"))
            # What comes meanwhile finds some of a site's keys here and others there.
            time.sleep(0.2)
        for port in (taker, giver):
            self.ask(port, "cluster", *("setslot", slot, "node", names[taker]))

    def flush(self) -> None:
        """Takes everything away."""
        for port in self.masters():
            self.ask(port, "flushall")


def _said(*words: str) -> str:
    return subprocess.run(
        [cli_binary(), *words], capture_output=True, text=True, check=False, timeout=60
    ).stdout


def _free_ports() -> list[int]:
    # The bus of a node listens 10,000 ports above it.
    free: list[int] = []
    port = 20_000 + time.monotonic_ns() % 20_000
    while len(free) < NODES:
        port += 1
        try:
            for wanted in (port, port + 10_000):
                socket.create_server(("127.0.0.1", wanted)).close()
        except OSError:
            continue
        free.append(port)
    return free


@contextmanager
def running_cluster(folder: Path) -> Iterator[RedisCluster]:
    """Starts six nodes, makes them a cluster, and waits until it serves."""
    cluster = RedisCluster(_free_ports(), {}, folder)
    try:
        for port in cluster.ports:
            cluster.start(port)
        for port in cluster.ports:
            assert until(partial(cluster.ask, port, "ping"), "PONG\n".__eq__) == "PONG\n"
        nodes = [f"127.0.0.1:{port}" for port in cluster.ports]
        _said("--cluster", "create", *nodes, "--cluster-replicas", "1", "--cluster-yes")
        for port in cluster.ports:
            told = until(partial(cluster.ask, port, "cluster", "info"), lambda said: "state:ok" in said)
            assert "cluster_state:ok" in told, told
        # A replica that has not copied its master yet cannot follow it.
        for port in cluster.ports[NODES // 2 :]:
            told = until(partial(cluster.ask, port, "info", "replication"), lambda said: "status:up" in said)
            assert "master_link_status:up" in told, told
        yield cluster
    finally:
        for process in cluster.processes.values():
            process.kill()
            process.wait()
