"""A disk that is full, read-only, slow or damaged under the running service."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.senders import Connection, Log, Senders
from tests.faults.shim import Shim
from tests.service import Service, add_site, known, serving, until, view_id


@contextmanager
def shimmed(tmp_path: Path) -> Iterator[tuple[Service, Shim, str]]:
    """The service over the shim, with a site."""
    data = tmp_path / "data"
    data.mkdir()
    shim = Shim(data, tmp_path)
    with serving(data, env=shim.env) as service:
        site = add_site(data, "x.example.vn")["public_id"]
        known(service, site)
        try:
            yield service, shim, site
        finally:
            shim.fails("")


def status_of(service: Service, site: str, log: Log | None = None) -> int:
    """The answer to one beacon over a connection of its own, noted in `log`; 0 where there is none."""
    body = {"k": "v", "s": site, "i": view_id(), "u": "https://x.example.vn/"}
    if log is not None:
        # What is answered with a 503 may be stored: a flush that fails tells nothing of the write before it.
        log.sent.add(body["i"])
    try:
        connection = Connection(service.url)
        status, _ = connection.post(body, "203.0.113.1")
        connection.close()
        return status
    except OSError:
        return 0


@pytest.mark.parametrize("fault", ["write_enospc", "open_erofs write_enospc", "fsync_eio"])
def test_a_disk_that_takes_nothing_is_answered_with_503_and_recovers_by_itself(
    tmp_path: Path, fault: str
) -> None:
    with shimmed(tmp_path) as (service, shim, site):
        with Senders(site, service.url, 2, pause=0.002) as senders:
            until(senders.accepted, (50).__lt__)
            shim.fails(fault)
            assert until(lambda: status_of(service, site, senders.log), (503).__eq__) == 503
            accepted = senders.accepted()
            # Figures can be read all the while, by whichever worker lives.
            assert until(lambda: _reading(service, site), (200).__eq__) == 200
            until(lambda: senders.log.refused, (20).__lt__)
            assert senders.accepted() <= accepted + 50
            shim.fails("")
            until(senders.accepted, (accepted + 200).__lt__)
        assert judged_at_last(service.data, senders.log) == RIGHT
        assert set(senders.log.statuses) <= {202, 503}


def _reading(service: Service, site: str) -> int:
    try:
        return httpx2.get(f"{service.url}/api/v1/sites/{site}/counter", timeout=5).status_code
    except httpx2.TransportError:
        return 0


def test_on_a_read_only_file_system_figures_can_be_read_and_stand_still(tmp_path: Path) -> None:
    with shimmed(tmp_path) as (service, shim, site):
        for _ in range(5):
            assert service.beacon(site, "https://x.example.vn/").status_code == 202
        until(lambda: service.counts(site, "total", "pageviews")["total"], (5).__eq__)
    shim.fails("open_erofs write_enospc")
    with serving(tmp_path / "data", env=shim.env, ready=503) as service:
        worker = service.child("worker")
        assert service.counts(site, "total", "pageviews") == {"total": 5}
        assert status_of(service, site) == 503
        health = service.http.get("/health")
        assert (health.status_code, "no journal" in health.text) == (503, True)
        assert "data is read-only: beacons are refused" in service.log.read_text()
        # It is not started again and again for what it cannot help.
        assert until(lambda: service.child("worker"), lambda now: now != worker, limit=5) == worker
        shim.fails("")
        assert until(lambda: status_of(service, site), (202).__eq__) == 202


def test_a_slow_flush_makes_beacons_wait_and_costs_none_of_them(tmp_path: Path) -> None:
    # That the queue behind it is bounded is shown in the journal's contract.
    with shimmed(tmp_path) as (service, shim, site):
        worker = service.child("worker")
        shim.fails("fsync_slow_ms=2000")
        with Senders(site, service.url, 16) as senders:
            until(senders.accepted, (40).__lt__)
            shim.fails("")
        assert senders.log.statuses.keys() == {202}
        assert service.child("worker") == worker
        assert judged_at_last(service.data, senders.log) == RIGHT


def test_a_damaged_journal_is_set_aside_and_the_others_are_applied(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        broken = service.data / "journal" / f"{'0' * 20}.db"
        broken.write_bytes(b"no database at all" * 300)
        for _ in range(5):
            assert service.beacon(site, "https://x.example.vn/").status_code == 202
        assert until(lambda: service.counts(site, "total", "pageviews")["total"], (5).__eq__) == 5
        assert broken.exists()
        assert service.log.read_text().count(f"journal {'0' * 20} is damaged") == 1


def test_a_group_that_cannot_be_read_is_kept_and_the_next_is_applied(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        (journal,) = (service.data / "journal").glob("*.db")
        with closing(sqlite3.connect(journal, timeout=5)) as db, db:
            db.execute("insert into facts (facts) values (x'c1c1c1')")
        assert service.beacon(site, "https://x.example.vn/").status_code == 202
        assert until(lambda: service.counts(site, "total", "pageviews")["total"], (1).__eq__) == 1
    with closing(sqlite3.connect(tmp_path / "data" / "stats.db")) as stats:
        assert stats.execute("select facts from unreadable").fetchall() == [(b"\xc1\xc1\xc1",)]
