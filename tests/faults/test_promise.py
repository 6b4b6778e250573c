"""The promise seen from below: the system calls of a worker, in their order."""

import re
import subprocess
from pathlib import Path

from tests.faults.senders import Connection
from tests.service import add_site, known, serving, until, view_id
from tests.tools import tool

BEACONS = 40
CALLS = "pwrite64,write,fdatasync,fsync,sendto,sendmsg,writev"
_LINE = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)$")


def _story(trace: str) -> list[str]:
    """What happened, in order: "write" to the journal, "flush" of it done, "answer" with a 202 begun."""
    flushing: set[str] = set()
    told = []
    for line in trace.splitlines():
        if not (match := _LINE.match(line)):
            continue
        thread, call, rest = match.groups()
        if call in ("fdatasync", "fsync"):
            if "/journal/" in rest:
                flushing.add(thread)
            if thread in flushing and rest.endswith("= 0"):
                flushing.discard(thread)
                told.append("flush")
        elif "/journal/" in rest and "-wal" in rest:
            told.append("write")
        elif "HTTP/1.1 202" in rest:
            told.append("answer")
    return told


def test_each_answer_leaves_after_a_flush_that_follows_its_facts_write(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        worker = str(service.child("worker"))
        command = [
            tool("strace"),
            "-f",
            "-y",
            "-s",
            "32",
            "-e",
            f"trace={CALLS}",
            "-p",
            worker,
            "-o",
            str(trace),
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            assert "attached" in tracer.stderr.readline()
            connection = Connection(service.url)
            for number in range(BEACONS):
                body = {"k": "v", "s": site, "i": view_id(), "u": f"https://x.example.vn/{number}"}
                assert connection.post(body, "203.0.113.1") == (202, "counted")
            connection.close()
            until(lambda: trace.read_text().count("HTTP/1.1 202"), BEACONS.__eq__)
            tracer.terminate()
    story = " ".join(_story(trace.read_text()))
    assert story.count("answer") == BEACONS
    # One beacon at a time: before each answer, since the one before, its fact was written and then flushed.
    for before in story.split("answer")[:-1]:
        assert re.search(r"write.* flush", before), story


def test_an_answer_before_its_flush_would_be_seen() -> None:
    wrong = (
        '7 pwrite64(9</d/journal/a.db-wal>, "x", 1, 0) = 1\n'
        '8 write(12<socket:[1]>, "HTTP/1.1 202 Accepted", 21) = 21\n'
        "7 fdatasync(9</d/journal/a.db-wal> <unfinished ...>\n"
        "7 <... fdatasync resumed>) = 0\n"
    )
    assert _story(wrong) == ["write", "answer", "flush"]
