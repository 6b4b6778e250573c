"""A flood of made-up paths, titles and agents on one site: other sites, and memory."""

import itertools
import json
import os
import re
import socket
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from analytics_service.storage.sqlite.config import open_config
from tests.faults.sizes import soak
from tests.service import BROWSER, Service, add_site, known, run, serving, until, view_id

LASTS = soak(10, 60)
"""Seconds."""
THREADS, A_TURN = 3, 40
DELAY_LIMIT = soak(60, 1)
"""Seconds that another site's view may take longer than without a flood."""
WORK_LIMIT = 0.001
"""CPU seconds of the applier for a view of which everything is new: it keeps up with a thousand a second."""
GROWTH_LIMIT = 150
"""MiB of all processes: caches of agents, addresses and words that are full, and no more with every fact."""


class Flood:
    """Threads that send views of which no two are alike, each from an address of its own."""

    def __init__(self, url: str, site: str) -> None:
        self.accepted = 0
        self._url = urlsplit(url)
        self._site = site
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(THREADS)]

    def __enter__(self) -> "Flood":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, thread: int) -> None:
        numbers = itertools.count(thread, THREADS)
        with closing(socket.create_connection((self._url.hostname, self._url.port), timeout=60)) as stream:
            while not self._stopped.is_set():
                stream.sendall(
                    b"".join(self._made_up(number) for number in itertools.islice(numbers, A_TURN))
                )
                answered = b""
                while answered.count(b"HTTP/1.1 ") < A_TURN or not answered.endswith(b"\r\n\r\n"):
                    answered += stream.recv(65536)
                self.accepted += answered.count(b"HTTP/1.1 202")

    def _made_up(self, number: int) -> bytes:
        told = {
            "k": "v",
            "s": self._site,
            "i": view_id(),
            "u": f"https://flood.example.vn/{number}/{number * 7919 % 1_000_003}?utm_campaign=c{number}",
            "t": f"Title {number}",
            "r": f"https://r{number}.example/",
        }
        body = json.dumps(told).encode()
        head = (
            "POST /v HTTP/1.1\r\nHost: x\r\nAccept-Language: vi\r\n"
            f"User-Agent: {BROWSER['User-Agent']} made/{number}\r\n"
            f"X-Forwarded-For: 11.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def resident(service: Service) -> int:
    """MiB of all processes."""
    texts = (Path(f"/proc/{number}/status").read_text() for number in service.children())
    return sum(int(found[1]) for text in texts if (found := re.search(r"VmRSS:\s+(\d+)", text))) // 1024


def cpu_of(process: int) -> float:
    """Seconds that the process has worked."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def shown_after(service: Service, site: str, views: int) -> float:
    """Seconds from the answer to a view until it is in the figures."""
    assert service.beacon(site, "https://quiet.example.vn/").status_code == 202
    began = time.monotonic()
    with open_config(service.data) as config:
        number = next(one.number for one in config.sites.sites() if one.public_id == site)
    with closing(sqlite3.connect(f"file:{service.data / 'stats.db'}?mode=ro", uri=True, timeout=5)) as stats:
        figure = "select total(pageviews) from rollup_day where site = ? and dimension = 0"
        until(lambda: int(stats.execute(figure, (number,)).fetchone()[0]), views.__eq__, 60)
    return time.monotonic() - began


@pytest.mark.timeout(soak(300, 600))
def test_other_sites_are_shown_in_time_and_memory_is_bounded(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        flooded, quiet = (
            add_site(service.data, f"{name}.example.vn")["public_id"] for name in ("flood", "quiet")
        )
        for site in (flooded, quiet):
            known(service, site)
        delays, memory = [shown_after(service, quiet, 1)], []
        spent = cpu_of(service.child("applier"))
        with Flood(service.url, flooded) as flood:
            ends = time.monotonic() + LASTS
            while time.monotonic() < ends:
                delays.append(shown_after(service, quiet, len(delays) + 1))
                memory.append(resident(service))
        accepted = flood.accepted
        counted = until(
            lambda: service.counts(flooded, "total", "pageviews")["total"], accepted.__eq__, limit=120
        )
        work = (cpu_of(service.child("applier")) - spent) / accepted
        growth = resident(service) - memory[0]
        print(f"{accepted} made-up views in {LASTS} s; {len(delays)} views of the other site shown after")
        print(
            f"{max(delays):.2f} s at most, {delays[0]:.2f} s before; memory {memory[0]} MiB, {growth:+} MiB"
        )
        print(f"the applier's work: {work * 1_000_000:.0f} microseconds a made-up view")
        assert counted == accepted
        assert work <= WORK_LIMIT
        assert max(delays) - delays[0] <= DELAY_LIMIT
        assert growth <= GROWTH_LIMIT
    assert run("verify", data=tmp_path / "data").returncode == 0
