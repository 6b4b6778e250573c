"""Making and migrating the databases."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from analytics_service.errors import Unavailable
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.sql import newest
from analytics_service.storage.sqlite.stats import create_stats, open_stats_writer
from analytics_service.storage.sqlite.verification import open_verifier
from tests.storage.first_release import VIEWS_THEN, make_first_release, sum_older


def test_what_the_first_release_left_is_migrated_and_adds_up(tmp_path: Path) -> None:
    make_first_release(tmp_path)
    create_config(tmp_path)
    create_stats(tmp_path)
    with open_verifier(tmp_path) as truth:
        assert truth.days(1) == []
    sum_older(tmp_path)
    with open_verifier(tmp_path) as truth:
        assert [truth.differences(1, day) for day in truth.days(1)] == [[]]
    with open_config(tmp_path) as config:
        assert [site.domain for site in config.sites.sites()] == ["x.example.vn"]


def test_before_a_migration_each_database_is_backed_up(tmp_path: Path) -> None:
    make_first_release(tmp_path)
    create_config(tmp_path)
    create_stats(tmp_path)
    kept = {path.name for path in (tmp_path / "backups").iterdir()}
    assert kept == {"stats-version-1.db", "config-version-1.db"}
    with closing(sqlite3.connect(tmp_path / "backups" / "stats-version-1.db")) as stats:
        assert stats.execute("select count(*) from view").fetchone() == (VIEWS_THEN,)
        assert stats.execute("pragma user_version").fetchone() == (1,)
    assert (tmp_path / "backups" / "stats-version-1.db").stat().st_mode & 0o777 == 0o600


def test_a_new_folder_needs_no_backup(tmp_path: Path) -> None:
    create_config(tmp_path)
    create_stats(tmp_path)
    assert not (tmp_path / "backups").exists()


def test_a_file_of_a_newer_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    create_stats(tmp_path)
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
        stats.execute(f"pragma user_version = {newest('stats') + 1}")
    with pytest.raises(Unavailable, match="newer release"):
        create_stats(tmp_path)
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
        assert stats.execute("pragma user_version").fetchone() == (newest("stats") + 1,)


def test_a_database_that_vanished_is_not_made_anew_by_whoever_opens_it(tmp_path: Path) -> None:
    create_config(tmp_path)
    create_stats(tmp_path)
    (tmp_path / "stats.db").unlink()
    (tmp_path / "config.db").unlink()
    with pytest.raises(Unavailable, match="unable to open"), open_stats_writer(tmp_path):
        pass
    with pytest.raises(Unavailable, match="unable to open"), open_config(tmp_path):
        pass
    with pytest.raises(Unavailable, match="unable to open"), open_config(tmp_path):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.marker", "stats.marker"]


def test_an_empty_database_beside_the_marker_of_one_that_was_here_is_refused(tmp_path: Path) -> None:
    create_stats(tmp_path)
    (tmp_path / "stats.db").unlink()
    with closing(sqlite3.connect(tmp_path / "stats.db")) as stats:
        stats.execute("pragma journal_mode = wal")
    assert (tmp_path / "stats.db").stat().st_size
    with pytest.raises(Unavailable, match="missing although it was here"):
        create_stats(tmp_path)


def test_a_folder_may_be_named_with_signs_that_mean_something_in_an_address(tmp_path: Path) -> None:
    folder = tmp_path / "50% of a? folder #1"
    folder.mkdir()
    create_stats(folder)
    with open_stats_writer(folder), open_verifier(folder) as truth:
        assert truth.sites() == []
