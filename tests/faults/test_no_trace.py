"""Nobody can be found again: known addresses and agents are sought in everything that the service leaves."""

import ipaddress
import random
import sqlite3
import tarfile
import urllib.parse
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from analytics_service.collecting.salts import keep_salts
from analytics_service.domain.beacons import BEACON_LIMIT
from analytics_service.storage.sqlite.config import open_config
from tests.faults.sizes import soak
from tests.service import Service, add_site, known, run, serving, until

ADDRESSES = soak(600, 100_000)
PIECE = 1 << 20
E_MAIL = "an.nguyen@cantho.example.vn"
TOKEN = "5f2b8c1e9d4a7063b8e2c5d1f0a94e67c3b2a1d0"
QUERY_SECRET = "mat-khau-cua-toi"
REFERRER_SECRET = "tim-kiem-rieng-tu"


def people(count: int) -> list[tuple[str, str]]:
    """An address, every third one IPv6, and an agent that no one else has."""
    chance = random.Random(11)
    made = []
    for number in range(count):
        if number % 3:
            address = str(ipaddress.IPv4Address(0x0B000000 + chance.randrange(0x50000000)))
        else:
            address = str(ipaddress.IPv6Address((0x20010EE0 << 96) + chance.randrange(1 << 90)))
        build = f"{chance.randrange(1000, 9999)}.{chance.randrange(10**9, 10**10)}"
        made.append((address, f"Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/{build} Firefox/140.0"))
    return made


def traces(address: str, agent: str) -> list[bytes]:
    """A person's marks as they might be written: as text, packed, and in hexadecimal digits."""
    packed = ipaddress.ip_address(address).packed
    build = agent.partition("Gecko/")[2].partition(" ")[0]
    marks = [address.encode(), build.encode(), packed.hex().encode(), agent.encode()]
    # Four bytes are found in any large file by chance; sixteen are not.
    return [*marks, packed, packed[::-1]] if len(packed) == 16 else marks


def everything(folder: Path) -> dict[str, bytes]:
    """All files, what is in archives, what is compressed in them, and every BLOB decoded."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        found[str(path)] = path.read_bytes()
        if path.suffix == ".tar":
            with tarfile.open(path) as archive:
                for member in archive.getmembers():
                    if (file := archive.extractfile(member)) is not None:
                        found[f"{path}:{member.name}"] = file.read()
    for name, data in list(found.items()):
        for start in (b"\x1f\x8b", b"\x78\x9c", b"\x78\xda"):
            place = data.find(start)
            while place >= 0 and len(found) < 10_000:
                inflater = zlib.decompressobj(47)
                with suppress(zlib.error):
                    found[f"{name}@{place}"] = inflater.decompress(data[place:], 1 << 20)
                place = data.find(start, place + 1)
    return found


def words_in(data: bytes, marks: set[bytes]) -> set[bytes]:
    """Which of the marks occur: many cost no more than few, as pieces of their lengths are looked up."""
    hits: set[bytes] = set()
    for length in {len(mark) for mark in marks}:
        of_length = {mark for mark in marks if len(mark) == length}
        if len(of_length) < 50:
            hits |= {mark for mark in of_length if mark in data}
            continue
        for begin in range(0, len(data), PIECE):
            window = data[begin : begin + PIECE + length]
            hits |= of_length & {window[at : at + length] for at in range(len(window) - length + 1)}
    return hits


@pytest.mark.timeout(soak(300, 3_600))
def visit(service: Service, site: str, number: int, person: tuple[str, str]) -> None:
    """Sends what one person's browser sends; of every hundredth also what is refused or dropped."""
    address, agent = person
    headers = {"X-Forwarded-For": address, "User-Agent": agent}
    page = f"https://x.example.vn/{number % 50}/{E_MAIL}/{TOKEN}?pw={QUERY_SECRET}"
    referrer = f"https://a.example/?q={REFERRER_SECRET}"
    told = service.beacon(site, page, headers, r=referrer, t=f"Trang {E_MAIL}")
    assert (told.status_code, told.headers["x-vstats"]) == (202, "counted")
    if number % 100 == 0:
        service.beacon(site, "https://elsewhere.example/", headers)
        service.beacon(site, page, {**headers, "User-Agent": f"{agent} evilbot"})
        service.http.post("/v", content=b"{", headers=headers)
        service.http.post("/v", content=b"x" * (BEACON_LIMIT + 1), headers=headers)
        service.http.get("/v.gif", params={"s": site, "u": page}, headers=headers)
        service.http.get(f"/nowhere?{urllib.parse.quote(agent)}", headers=headers)


def test_no_address_no_agent_and_no_secret_is_left_anywhere(tmp_path: Path) -> None:
    crowd = people(ADDRESSES)
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(partial(visit, service, site), range(len(crowd)), crowd))
        views = len(crowd) + len(range(0, len(crowd), 100))
        counted = until(lambda: service.counts(site, "total", "pageviews")["total"], views.__eq__, 60)
        assert counted == views
        assert run("backup", str(tmp_path / "kept.tar"), data=service.data).returncode == 0
        listed = run("drops", "list", site, "--json", data=service.data).stdout
        (tmp_path / "drops.json").write_text(listed)
        for asked in ("status", "doctor"):
            (tmp_path / f"{asked}.txt").write_text(run(asked, data=service.data).stdout)
        alive = everything(tmp_path)
    left = {**alive, **everything(tmp_path)}
    marks = {mark for person in crowd for mark in traces(*person)}
    marks |= {word.encode() for word in (E_MAIL, TOKEN, QUERY_SECRET, REFERRER_SECRET)}
    assert any("stats.db" in name for name in left)
    assert any("kept.tar:" in name for name in left)
    assert any(".log" in name for name in left)
    # The search itself finds what is there: the masks that took the place of the secrets.
    assert any(words_in(data, {b"[email]"}) for data in left.values())
    hits = {name: words_in(data, marks) for name, data in left.items()}
    assert {name: sorted(found)[:3] for name, found in hits.items() if found} == {}
    print(f"{len(crowd)} people, {len(marks)} marks, {len(left)} files and parts of files: 0 found")


def test_a_salt_is_found_nowhere_48_hours_after_its_day(tmp_path: Path) -> None:
    add_site(tmp_path, "x.example.vn")
    made: list[bytes] = []

    def noted(count: int) -> bytes:
        made.append(random.Random(len(made)).randbytes(count))
        return made[-1]

    begins = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
    with open_config(tmp_path) as config:
        for hour in range(24 * 10):
            held = keep_salts(config.salts, config.sites.sites(), begins + timedelta(hours=hour), noted)
        kept = set(held[1].values())
        stored = {salt for by_day in config.salts.salts(date.min).values() for salt in by_day.values()}
    assert stored == kept
    # Ten midnights have passed: of the eleven salts those of today and the two days before are left.
    assert (len(made), len(kept)) == (11, 3)
    old = [salt for salt in made if salt not in kept]
    marks = {mark for salt in old for mark in (salt, salt.hex().encode(), salt[:16])}
    left = everything(tmp_path)
    assert any(words_in(data, set(kept)) for data in left.values())
    assert {name for name, data in left.items() if words_in(data, marks)} == set()


def test_a_visit_has_a_name_and_each_site_salts_of_its_own(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        service.beacon(site, "https://x.example.vn/")
        assert until(lambda: service.counts(site, "today")["today"], (1).__eq__) == 1
    with closing(sqlite3.connect(tmp_path / "data" / "stats.db")) as stats:
        columns = {row[1] for row in stats.execute("pragma table_info(visit)")}
    assert "visitor" in columns
    assert columns.isdisjoint({"address", "agent", "ip", "user_agent"})
    with open_config(tmp_path / "data") as config:
        salts = [salt for by_day in config.salts.salts(date.min).values() for salt in by_day.values()]
    # Nothing is made out of a fixed secret: each site's salt of each day is random.
    assert len(set(salts)) == len(salts) >= 2
    assert {len(salt) for salt in salts} == {32}
