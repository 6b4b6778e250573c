"""Sites in config.db whose settings this release cannot read."""

import secrets
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.collecting.salts import keep_salts
from analytics_service.storage.sqlite.config import create_config, open_config

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAMAGES = [
    """update site set rules = '{"robots":"x"}' where number = 1""",
    """update site set counter = 'x' where number = 1""",
    "update site set created_at = 'x' where number = 1",
    "update site set week_start = 'x' where number = 1",
    "update site_zone set zone = 'Asia/Atlantis' where site = 1",
    "update site_zone set zone = '../x' where site = 1",
    "update site_zone set day = 'x' where site = 1",
    "delete from site_zone where site = 1",
    "insert into opening_balance values (1, 'x', 1, '2026-01-01T00:00:00+00:00', 'x', 'x', 0)",
]


def _random(count: int) -> bytes:
    return b"x" * count


def _made(folder: Path) -> None:
    create_config(folder)
    with open_config(folder) as config:
        for domain in ("one.example", "two.example"):
            add_site(config.sites, domain, SiteChanges(), at=AT, random=secrets.token_bytes, by="test")


def _change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "config.db")) as db, db:
        db.execute("pragma ignore_check_constraints = on")
        db.execute(statement)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_site_that_cannot_be_read_is_left_out_and_named_once(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    _made(tmp_path)
    with open_config(tmp_path) as config:
        _change(tmp_path, damage)
        for _ in range(3):
            assert [site.domain for site in config.sites.sites()] == ["two.example"]
        assert config.sites.has_sites()
    assert caplog.text.count("site 1 is left out") == 1


def test_a_site_that_is_mended_is_there_again_and_named_anew_when_it_breaks_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _made(tmp_path)
    with open_config(tmp_path) as config:
        for times in (1, 2):
            _change(tmp_path, DAMAGES[0])
            assert len(config.sites.sites()) == 1
            assert caplog.text.count("site 1 is left out") == times
            _change(tmp_path, "update site set rules = '{}' where number = 1")
            assert len(config.sites.sites()) == 2


def test_the_zones_of_a_site_can_be_read_though_its_rules_cannot(tmp_path: Path) -> None:
    _made(tmp_path)
    _change(tmp_path, DAMAGES[0])
    with open_config(tmp_path) as config:
        assert config.sites.zones().keys() == {1, 2}


def test_a_site_has_no_zones_once_one_of_them_cannot_be_read(tmp_path: Path) -> None:
    _made(tmp_path)
    _change(tmp_path, "insert into site_zone (site, day, zone) values (1, '2026-12-01', 'Asia/Atlantis')")
    with open_config(tmp_path) as config:
        assert config.sites.zones().keys() == {2}
        assert [site.domain for site in config.sites.sites()] == ["two.example"]


def test_the_salts_of_a_site_that_is_left_out_are_destroyed_in_time_too(tmp_path: Path) -> None:
    _made(tmp_path)
    with open_config(tmp_path) as config:
        keep_salts(config.salts, config.sites.sites(), AT, _random)
        assert config.salts.salts(AT.date()).keys() == {1, 2}
        _change(tmp_path, DAMAGES[0])
        later = AT + timedelta(days=4)
        keep_salts(config.salts, config.sites.sites(), later, _random)
        assert config.salts.salts(AT.date() - timedelta(days=9)).keys() == {2}
