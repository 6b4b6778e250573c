"""A program that reads config.db while the service must store a salt in it."""

from pathlib import Path

from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.storage.sqlite.config import open_config
from tests.service import known, serving, until
from tests.storage.sqlite.test_config import NOW, read_for_long


def test_once_the_reader_has_left_a_new_site_is_counted_without_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        with open_config(service.data) as config:
            site = add_site(
                config.sites, "x.example.vn", SiteChanges(), at=NOW, random=bytes, by="me"
            ).public_id
        with read_for_long(service.data):
            worker = service.child("worker")
            refused = until(
                lambda: "config.db: database is locked" in service.log.read_text(), bool, limit=10
            )
        known(service, site)
        beacon = until(lambda: service.beacon(site, "https://x.example.vn/").status_code, (202).__eq__)
        assert beacon == 202
        assert until(lambda: service.counts(site, "total", "pageviews")["total"], (1).__eq__) == 1
        assert service.child("worker") == worker
        assert refused, service.log.read_text()
