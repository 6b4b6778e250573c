"""A real Redis server for the length of a block."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.tools import tool


@dataclass
class RedisServer:
    """One server on 127.0.0.1 that keeps nothing on disk."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2].partition("/")[0])

    def ask(self, *words: str) -> str:
        """What it says to a command."""
        done = subprocess.run(
            [cli_binary(), "-p", str(self.port), *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    def used_memory(self) -> int:
        """Bytes that it has allocated."""
        return int(
            next(line for line in self.ask("info", "memory").splitlines() if "used_memory:" in line)[12:]
        )

    @contextmanager
    def monitored(self) -> Iterator[list[str]]:
        """What it is told within the block; the list is filled when the block ends."""
        heard: list[str] = []
        with subprocess.Popen(
            [cli_binary(), "-p", str(self.port), "monitor"], stdout=subprocess.PIPE, text=True
        ) as monitor:
            assert monitor.stdout is not None
            assert monitor.stdout.readline() == "OK\n"
            yield heard
            self.ask("echo", "the end of it")
            for line in monitor.stdout:
                if "the end of it" in line:
                    break
                heard.append(line.rstrip())
            monitor.kill()


def redis_binary() -> str:
    """The path of a redis-server; a missing one fails with the way to get it."""
    return tool("redis-server")


def cli_binary() -> str:
    """The path of redis-cli, which comes with the server."""
    return tool("redis-cli")


@dataclass(frozen=True)
class Certificate:
    """What a server shows for 127.0.0.1, signed by itself."""

    certificate: Path
    key: Path


def made_certificate(folder: Path) -> Certificate:
    """A certificate that only who is told of it trusts."""
    made = Certificate(folder / "redis.crt", folder / "redis.key")
    command = [
        tool("openssl"),
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return made


@contextmanager
def running_redis(folder: Path, port: int = 0, *more: str) -> Iterator[RedisServer]:
    """Starts a server, with more options, and waits until it answers."""
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
    options = (
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
        "--unixsocket",
        str(folder / "redis.sock"),
        *more,
    )
    process = subprocess.Popen([redis_binary(), *options], stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield RedisServer(f"redis://127.0.0.1:{port}/0", process)
    finally:
        process.kill()
        process.wait()
