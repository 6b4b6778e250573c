"""config.db beside a program that reads it for long."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.errors import Unavailable
from analytics_service.storage.sqlite.config import CONFIG_BUSY, create_config, open_config

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)


@contextmanager
def read_for_long(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "config.db", isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select * from site").fetchall()
        yield


def test_a_commit_that_meets_a_reader_fails_and_the_next_one_after_it_succeeds(tmp_path: Path) -> None:
    create_config(tmp_path)
    with open_config(tmp_path) as config, open_config(tmp_path) as other:
        site = add_site(config.sites, "x.example.vn", SiteChanges(), at=NOW, random=bytes, by="me").number
        with read_for_long(tmp_path):
            with pytest.raises(Unavailable, match="locked"):
                config.salts.offer_salts([(site, DAY, b"x" * 32)])
            # It holds nothing: others read, and what was not stored is not read back.
            assert other.salts.salts(DAY) == {}
            assert config.salts.salts(DAY) == {}
        config.salts.offer_salts([(site, DAY, b"y" * 32)])
        assert other.salts.salts(DAY) == {site: {DAY: b"y" * 32}}


def test_nobody_waits_for_config_db_as_long_as_a_second() -> None:
    assert CONFIG_BUSY.total_seconds() < 1
