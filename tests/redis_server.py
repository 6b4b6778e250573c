"""A real Redis server for the length of a block."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = "a real Redis is needed: apt-get install redis-server"


@dataclass
class RedisServer:
    """One server on 127.0.0.1 that keeps nothing on disk."""

    url: str
    process: subprocess.Popen[bytes]


def redis_binary() -> str:
    """The path of a redis-server; a missing one fails with the way to get it."""
    found = shutil.which("redis-server")
    assert found, MISSING
    return found


@contextmanager
def running_redis(folder: Path, port: int = 0) -> Iterator[RedisServer]:
    """Starts a server and waits until it answers."""
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
