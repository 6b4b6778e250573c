"""Mutated requests of every route, at a running service."""

import re
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.mutated_requests import Mutator, seeds
from tests.faults.sizes import soak
from tests.service import add_site, known, run, serving, until

REQUESTS = soak(50_000, 1_000_000)
A_CONNECTION = 40
THREADS = 4
ANSWERED_WITHIN = 30
GROWTH = 60
"""MiB that the worker may hold more at the end than after a tenth of the requests."""
ANSWER = re.compile(rb"(?:\A|(?<=[\r\n}>\d ]))HTTP/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)")


class Answers:
    """What was answered, over all connections."""

    def __init__(self) -> None:
        self.statuses = Counter[int]()
        self.hung = 0
        self.bad: list[bytes] = []
        self._lock = threading.Lock()

    def note(self, sent: bytes, received: bytes, *, hung: bool) -> None:
        """Notes the answers of one connection."""
        found = ANSWER.findall(received)
        with self._lock:
            self.hung += hung
            self.statuses.update(int(status) for status, _ in found)
            # Busy says when to come again; anything else is a fault of the service.
            if any(status >= b"500" and b"retry-after" not in headers.lower() for status, headers in found):
                self.bad.append(sent[:2000])

    def total(self) -> int:
        return sum(self.statuses.values())


def ask(url: str, mutator: Mutator, answers: Answers) -> None:
    """Sends one connection's requests, says that no more come, and reads all answers."""
    parts = urlsplit(url)
    sent = b"".join(mutator.request(is_last=number == A_CONNECTION - 1) for number in range(A_CONNECTION))
    received, hung = b"", False
    with closing(socket.create_connection((parts.hostname, parts.port), timeout=ANSWERED_WITHIN)) as stream:
        try:
            stream.sendall(sent)
            stream.shutdown(socket.SHUT_WR)
            while piece := stream.recv(262_144):
                received += piece
                # A stream ends when its listener leaves.
                if b"text/event-stream" in piece:
                    break
        except TimeoutError:
            hung = True
        except OSError:
            # Refused before all of it was read.
            pass
    answers.note(sent, received, hung=hung)


def resident(process: int) -> int:
    """MiB of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024  # type: ignore[index]


def sender(url: str, answers: Answers, wanted: int, make: Callable[[], Mutator]) -> threading.Thread:
    def send() -> None:
        mutator = make()
        while answers.total() < wanted:
            ask(url, mutator, answers)

    return threading.Thread(target=send)


@pytest.mark.timeout(soak(600, 7200))
def test_no_mutated_request_of_any_route_is_a_fault_of_the_service(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        made = run("key", "add", "--site", site, data=service.data)
        key = re.search(r"vs_\w{8}_[\w-]{43}", made.stdout)
        assert key, made.stderr
        children, routes, answers = service.children(), seeds(site), Answers()
        memory = []
        for part, wanted in enumerate((REQUESTS // 10, REQUESTS)):
            threads = [
                sender(service.url, answers, wanted, lambda n=10 * part + number: Mutator(routes, n, key[0]))  # type: ignore[misc]
                for number in range(THREADS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            memory.append(resident(service.child("worker")))
        statuses = dict(sorted(answers.statuses.items()))
        print(f"{answers.total()} requests of {len(routes)} seeds: {statuses}, memory {memory} MiB")
        assert answers.bad == []
        assert answers.hung == 0
        assert answers.statuses[202] > REQUESTS / 1_000
        assert service.children() == children
        assert "Traceback" not in service.log.read_text()
        assert memory[1] - memory[0] <= GROWTH
        until(lambda: service.http.get("/health").status_code, (200).__eq__)
    assert run("apply", data=tmp_path / "data").returncode == 0
    assert run("verify", data=tmp_path / "data").returncode == 0
