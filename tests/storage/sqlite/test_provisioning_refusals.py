"""Why a database is not opened, and what to do about it: one sentence for each reason."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from analytics_service.errors import Damaged, Unavailable
from analytics_service.ports.databases import PartState
from analytics_service.storage.sqlite import provisioning
from analytics_service.storage.sqlite.provisioning import CONFIG, STATS, check_release, create, state_of
from analytics_service.storage.sqlite.sql import OLDEST_SQLITE, newest


def version(folder: Path, number: int) -> None:
    with closing(sqlite3.connect(folder / "stats.db")) as stats:
        stats.execute(f"pragma user_version = {number}")


def refusal(folder: Path) -> str:
    with pytest.raises(Unavailable) as refused:
        check_release(folder, STATS)
    return str(refused.value)


def test_what_is_there_and_of_this_release_is_opened(tmp_path: Path) -> None:
    create(tmp_path, STATS)
    check_release(tmp_path, STATS)
    assert state_of(tmp_path, STATS) is PartState.CURRENT
    assert (tmp_path / "stats.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "stats.marker").stat().st_mode & 0o777 == 0o600
    create(tmp_path, CONFIG)
    assert sorted(path.name for path in tmp_path.glob("*.marker")) == ["config.marker", "stats.marker"]


def test_where_nothing_was_served_the_data_folder_is_asked_for(tmp_path: Path) -> None:
    assert state_of(tmp_path, STATS) is PartState.ABSENT
    assert refusal(tmp_path) == f"nothing was ever served from {tmp_path}; name the data folder with --data"


@pytest.mark.parametrize("is_empty", [True, False])
def test_what_was_there_and_is_gone_is_restored_or_given_up(tmp_path: Path, is_empty: bool) -> None:
    create(tmp_path, STATS)
    (tmp_path / "stats.db").unlink()
    if is_empty:
        (tmp_path / "stats.db").touch()
    expected = (
        f"{tmp_path / 'stats.db'} is missing although it was here: restore a backup with "
        "`analytics-service restore FILE --replace`, or begin from nothing by removing "
        f"{tmp_path / 'stats.marker'}"
    )
    assert state_of(tmp_path, STATS) is PartState.MISSING
    assert refusal(tmp_path) == expected
    with pytest.raises(Unavailable) as refused:
        create(tmp_path, STATS)
    assert str(refused.value) == expected


def test_a_newer_release_is_asked_for_and_an_older_one_is_migrated(tmp_path: Path) -> None:
    create(tmp_path, STATS)
    version(tmp_path, newest("stats") + 1)
    assert state_of(tmp_path, STATS) is PartState.NEWER
    newer = f"{tmp_path / 'stats.db'} was written by a newer release; install that one to open it"
    assert refusal(tmp_path) == newer
    with pytest.raises(Unavailable) as refused:
        create(tmp_path, STATS)
    assert str(refused.value) == newer
    version(tmp_path, newest("stats") - 1)
    assert state_of(tmp_path, STATS) is PartState.OLDER
    assert refusal(tmp_path) == f"{tmp_path} is of an older release: start the service once to migrate it"


def test_a_restore_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    create(tmp_path, STATS)
    (tmp_path / provisioning.UNFINISHED).touch()
    expected = f"a restore into {tmp_path} was cut off: run `analytics-service restore FILE --replace` again"
    assert refusal(tmp_path) == expected
    for refuse in (create, state_of):
        with pytest.raises(Unavailable) as refused:
            refuse(tmp_path, STATS)
        assert str(refused.value) == expected


def test_what_is_no_database_is_damaged_and_a_backup_is_named(tmp_path: Path) -> None:
    (tmp_path / "stats.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Damaged, match="restore a backup with `analytics-service restore FILE --replace`"):
        create(tmp_path, STATS)


def test_an_old_database_program_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioning, "SQLITE", (3, 37, 2))
    with pytest.raises(Unavailable) as refused:
        create(tmp_path, STATS)
    assert str(refused.value) == f"SQLite {sqlite3.sqlite_version} is too old; 3.38 or newer is needed"
    monkeypatch.setattr(provisioning, "SQLITE", OLDEST_SQLITE)
    create(tmp_path, STATS)


def test_a_database_of_this_release_is_not_copied_before_it_is_opened(tmp_path: Path) -> None:
    for _ in range(2):
        create(tmp_path, STATS)
        create(tmp_path, CONFIG)
    assert not (tmp_path / "backups").exists()
