"""Why a database is not opened, and what to do about it: one sentence for each reason."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from analytics_service.errors import Damaged, Unavailable
from analytics_service.ports.databases import PartState
from analytics_service.storage.sqlite import provisioning
from analytics_service.storage.sqlite.provisioning import CONFIG, STATS, check_release, create, state_of
from analytics_service.storage.sqlite.sql import OLDEST_SQLITE, newest
from tests.storage.failing_statements import Failure, failing
from tests.storage.first_release import make_first_release


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


def test_a_page_that_is_broken_is_told_with_its_database(tmp_path: Path) -> None:
    create(tmp_path, STATS)
    path = tmp_path / "stats.db"
    with closing(sqlite3.connect(path)) as stats:
        root = stats.execute("select rootpage from sqlite_schema where name = 'rollup_day'").fetchone()[0]
        size = stats.execute("pragma page_size").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(Damaged) as refused:
        create(tmp_path, STATS)
    told = str(refused.value)
    assert told.startswith(f"{path} is damaged: ")
    assert told.endswith("; restore a backup with `analytics-service restore FILE --replace`")


def test_a_disk_without_room_for_a_copy_is_told_before_anything_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_first_release(tmp_path)
    path, mebibyte = tmp_path / "stats.db", 2**20
    needed = path.stat().st_size + provisioning.ROOM_KEPT
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=needed - 1))
    with pytest.raises(Unavailable) as refused:
        create(tmp_path, STATS)
    assert str(refused.value) == (
        f"{path} has to be copied before it is migrated: {needed // mebibyte} MiB are needed, "
        f"{(needed - 1) // mebibyte} MiB are free on the disk"
    )
    assert state_of(tmp_path, STATS) is PartState.OLDER
    assert not (tmp_path / "backups").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=needed))
    create(tmp_path, STATS)
    assert state_of(tmp_path, STATS) is PartState.CURRENT


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY])
def test_on_a_file_system_that_takes_no_file_a_database_is_found_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    create(tmp_path, STATS)
    connect = sqlite3.connect

    def refuse(file: str, **more: bool) -> sqlite3.Connection:
        if "immutable=1" not in file:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = code
            raise error
        return connect(file, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(sqlite3, "connect", refuse)
    assert state_of(tmp_path, STATS) is PartState.CURRENT


def test_a_database_that_somebody_holds_is_not_read_as_if_nobody_wrote_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(tmp_path, STATS)
    with failing(monkeypatch, Failure.BUSY) as plan:
        assert plan.fails_while(lambda: state_of(tmp_path, STATS), 1, Unavailable)
