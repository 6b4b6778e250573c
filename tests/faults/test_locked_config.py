"""A program that works on config.db while the service must store a salt in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from analytics_service.storage.sqlite.config import open_config
from tests.service import Service, known, serving, until
from tests.storage.sqlite.test_config import add, read_for_long


def _add(service: Service, domain: str) -> str:
    with open_config(service.data) as config:
        return add(config, domain).public_id


def _is_counted(service: Service, site: str, domain: str) -> bool:
    known(service, site)
    beacon = until(lambda: service.beacon(site, f"https://{domain}/").status_code, (202).__eq__)
    return beacon == 202 and until(lambda: service.counts(site, "total", "pageviews")["total"], bool) == 1


def test_beside_a_reader_that_stays_a_new_site_is_counted(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service, read_for_long(service.data):
        assert _is_counted(service, _add(service, "x.example.vn"), "x.example.vn")
        assert "locked" not in service.log.read_text()


def test_once_a_writer_has_left_a_new_site_is_counted_without_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        worker = service.child("worker")
        with closing(sqlite3.connect(service.data / "config.db", isolation_level=None)) as writer:
            for number in range(10):
                site = _add(service, f"{number}.example.vn")
                writer.execute("begin immediate")
                # Unless the worker was quicker.
                refused = until(lambda: "database is locked" in service.log.read_text(), bool, limit=5)
                writer.execute("rollback")
                if refused:
                    break
        assert refused, service.log.read_text()
        assert _is_counted(service, site, f"{number}.example.vn")
        assert service.child("worker") == worker
