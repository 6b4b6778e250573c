"""Nine made-up days: what is left of the first eight in files, in Redis and in memory."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from analytics_service.storage.sqlite.config import open_config
from tests.faults.sizes import soak
from tests.faults.test_no_trace import everything
from tests.journey.clocked_service import clocked
from tests.redis_server import running_redis
from tests.service import BROWSER, until

DAYS = 9
PEOPLE_A_DAY = soak(12, 400)
BEGINS = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
# Everybody's marks begin alike, so that one look at a memory finds all of them.
AGENT = "Gecko/7731{day}.{number}.0"
MARKS = re.compile(
    rb"Gecko/7731\d\.\d+\.0|11\.77\.3\d\.\d+|2001:db8:7731:\d+::[\da-f]+"
    rb"|\x20\x01\x0d\xb8\x77\x31\x00[\x00-\x09]\x00{4}[\x00-\xff]{4}"
)


def people(day: int) -> Iterator[tuple[str, str]]:
    """Addresses, every third one IPv6, and agents, all of that day only."""
    for number in range(PEOPLE_A_DAY):
        is_new = number % 3 == 0
        address = f"2001:db8:7731:{day}::{number + 16:x}" if is_new else f"11.77.{30 + day}.{number + 1}"
        agent = AGENT.format(day=day, number=number)
        yield address, BROWSER["User-Agent"].replace("Gecko/20100101", agent)


def marks_of(day: int) -> set[bytes]:
    """What would give these people away."""
    found = set()
    for address, agent in people(day):
        found |= {address.encode(), re.search(r"Gecko/\S+", agent)[0].encode()}  # type: ignore[index]
        if ":" in address:
            found.add(ip_address(address).packed)
    return found


def memory_of(process: int) -> Iterator[bytes]:
    """Whatever the process has in memory that it has written itself."""
    maps = Path(f"/proc/{process}/maps").read_text().splitlines()
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if rights.startswith("rw") and "[v" not in line:
                first, last = (int(end, 16) for end in span.split("-"))
                with suppress(OSError):
                    memory.seek(first)
                    yield memory.read(last - first)


def sought(pieces: Iterable[bytes], salts: set[bytes]) -> set[bytes]:
    """The marks and salts that are in it."""
    found = set()
    for piece in pieces:
        found |= set(MARKS.findall(piece))
        found |= {salt for salt in salts if salt in piece or salt.hex().encode() in piece}
    return found


def salts_of(folder: Path) -> dict[date, bytes]:
    with open_config(folder) as config:
        return config.salts.salts(date.min).get(1, {})


@pytest.mark.timeout(soak(300, 1800))
def test_nothing_of_past_days_is_in_a_file_in_redis_or_in_memory(tmp_path: Path) -> None:
    folder, known = tmp_path / "data", dict[date, bytes]()
    with running_redis(tmp_path) as redis, clocked(folder, redis.url, BEGINS) as service:
        for day in range(DAYS):
            service.wind(BEGINS + timedelta(days=day))
            # As the supervisor does once a day; the first thing that new ones do is to see to the salts.
            service.restart_workers()
            for number, (address, agent) in enumerate(people(day)):
                service.send(address, f"/{number}", agent=agent)
            views = (day + 1) * PEOPLE_A_DAY
            assert until(lambda: service.counts("pageviews", "total")["total"], views.__eq__) == views
            known |= salts_of(folder)
        kept = set(salts_of(folder).values())
        past = set(known.values()) - kept
        assert len(past) >= DAYS - 4
        processes = [child.pid for role in service.processes.values() for child in role]
        held = {number: sought(memory_of(number), past | kept) for number in processes}
        redis.ask("CONFIG", "SET", "rdbcompression", "no")
        assert "OK" in redis.ask("SAVE")
        files = everything(tmp_path)
    today = marks_of(DAYS - 1)
    # The search finds what is there: today's people and salts.
    assert any(found & today for found in held.values())
    assert any(found & kept for found in held.values())
    earlier = set().union(*(marks_of(day) for day in range(DAYS - 1)))
    assert {number for number, found in held.items() if found & (past | earlier)} == set()
    assert any(".rdb" in name for name in files)
    assert any("stats.db" in name for name in files)
    assert sought(files.values(), past) == set()
    print(
        f"{DAYS} days, {len(earlier)} marks and {len(past)} salts, {len(files)} files, {len(held)} processes"
    )
