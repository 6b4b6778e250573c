"""config.db beside programs that read it for long, and where nothing can be written."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.domain.site import Site
from analytics_service.errors import Unavailable
from analytics_service.ports.storage import ConfigStores
from analytics_service.storage.sqlite.config import CONFIG_BUSY, create_config, open_config
from analytics_service.storage.sqlite.provisioning import copy_config
from tests.faults.shim import Shim
from tests.storage.failing_statements import Failure, failing

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
ENDS_AT_ONCE = """
import os, sys
from pathlib import Path
from tests.storage.sqlite.test_config import add, open_config
with open_config(Path(sys.argv[1])) as config:
    add(config, "x.example.vn")
    os._exit(0)
"""
LEAVES_HALF_OF_IT = """
import os, sqlite3, sys
older = sqlite3.connect(sys.argv[1], isolation_level=None)
older.execute("pragma journal_mode = delete")
# What does not fit in memory is written before the commit.
older.execute("pragma cache_size = 1")
older.execute("begin immediate")
older.execute("delete from site_zone")
older.execute("delete from site")
older.execute("create table half_done as select zeroblob(100000) as x")
os._exit(0)
"""
READS = """
import sys
from pathlib import Path
from analytics_service.errors import Unavailable
from tests.storage.sqlite.test_config import add, open_config
with open_config(Path(sys.argv[1]){more}) as config:
    print([site.domain for site in config.sites.sites()], end=" ")
    try:
        add(config, "y.example.vn")
    except Unavailable:
        print("Unavailable")
"""


def add(config: ConfigStores, domain: str) -> Site:
    return add_site(config.sites, domain, SiteChanges(), at=NOW, random=os.urandom, by="me")


def domains(folder: Path) -> list[str]:
    with open_config(folder) as config:
        return [site.domain for site in config.sites.sites()]


def mode(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "config.db")) as config:
        found: str = config.execute("pragma journal_mode").fetchone()[0]
        return found


READINGS: tuple[Callable[[ConfigStores], object], ...] = (
    lambda config: config.sites.sites(),
    lambda config: config.sites.zones(),
    lambda config: config.sites.host_names(),
    lambda config: config.salts.salts(DAY),
    lambda config: config.salts.days(),
    lambda config: config.tasks.find(1),
    lambda config: config.keys.keys(),
    lambda config: config.users.users(),
    lambda config: config.users.has_users(),
    lambda config: config.users.find_user("ann"),
    lambda config: config.users.user(1),
    lambda config: config.sessions.sessions(1),
    lambda config: config.deliveries.deliveries(),
)


@contextmanager
def read_for_long(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "config.db", isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select * from site").fetchall()
        yield


def test_no_reader_stops_a_commit(tmp_path: Path) -> None:
    create_config(tmp_path)
    with open_config(tmp_path) as config, open_config(tmp_path) as other:
        site = add(config, "x.example.vn").number
        with read_for_long(tmp_path):
            config.salts.offer_salts([(site, DAY, b"x" * 32)])
            assert other.salts.salts(DAY) == {site: {DAY: b"x" * 32}}


def test_a_commit_that_meets_a_writer_fails_and_the_next_one_after_it_succeeds(tmp_path: Path) -> None:
    create_config(tmp_path)
    with open_config(tmp_path) as config, open_config(tmp_path) as other:
        site = add(config, "x.example.vn").number
        with closing(sqlite3.connect(tmp_path / "config.db", isolation_level=None)) as writer:
            writer.execute("begin immediate")
            with pytest.raises(Unavailable, match="locked"):
                config.salts.offer_salts([(site, DAY, b"x" * 32)])
            assert other.salts.salts(DAY) == config.salts.salts(DAY) == {}
        config.salts.offer_salts([(site, DAY, b"y" * 32)])
        assert other.salts.salts(DAY) == {site: {DAY: b"y" * 32}}


def test_nobody_waits_for_config_db_as_long_as_a_second() -> None:
    assert CONFIG_BUSY.total_seconds() < 1


def test_a_file_with_a_rollback_journal_is_taken_over_with_what_was_left_half_done(tmp_path: Path) -> None:
    create_config(tmp_path)
    with open_config(tmp_path) as config:
        add(config, "x.example.vn")
    subprocess.run([sys.executable, "-c", LEAVES_HALF_OF_IT, tmp_path / "config.db"], check=True)
    assert (tmp_path / "config.db-journal").stat().st_size
    # A command of this release works on it as it is; the next start takes it over.
    assert domains(tmp_path) == ["x.example.vn"]
    assert mode(tmp_path) == "delete"
    create_config(tmp_path)
    assert mode(tmp_path) == "wal"
    assert domains(tmp_path) == ["x.example.vn"]


def test_what_was_committed_by_a_process_that_was_killed_is_there_and_is_copied(tmp_path: Path) -> None:
    create_config(tmp_path)
    subprocess.run([sys.executable, "-c", ENDS_AT_ONCE, str(tmp_path)], check=True)
    assert (tmp_path / "config.db-wal").stat().st_size
    copy_config(tmp_path, tmp_path / "copy" / "config.db")
    # The copy is one file, whatever it was made of.
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["config.db"]
    assert domains(tmp_path) == domains(tmp_path / "copy") == ["x.example.vn"]


def test_who_opens_it_last_leaves_no_file_beside_it(tmp_path: Path) -> None:
    create_config(tmp_path)
    with open_config(tmp_path), open_config(tmp_path) as config:
        add(config, "x.example.vn")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.db", "config.marker"]


def test_a_destroyed_salt_is_in_no_file_once_no_reader_is_in_the_way(tmp_path: Path) -> None:
    create_config(tmp_path)
    salt = os.urandom(32)

    def found() -> list[str]:
        return [path.name for path in tmp_path.iterdir() if salt in path.read_bytes()]

    with open_config(tmp_path) as config:
        site = add(config, "x.example.vn").number
        config.salts.offer_salts([(site, DAY, salt)])
        assert found()
        with read_for_long(tmp_path):
            config.salts.destroy_salts({site: DAY + timedelta(days=1)})
            assert found()
        # The worker does so each minute.
        config.salts.destroy_salts({site: DAY + timedelta(days=1)})
        assert found() == []
        assert config.salts.salts(DAY) == {}


@pytest.mark.parametrize("faults", ["open_erofs write_enospc", "write_enospc"])
def test_on_a_disk_that_takes_no_writes_what_is_there_can_be_read(tmp_path: Path, faults: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    create_config(folder)
    with open_config(folder) as config:
        add(config, "x.example.vn")
    shim = Shim(folder, tmp_path)
    shim.fails(faults)

    def read(more: str) -> str:
        script = READS.format(more=more)
        command = [sys.executable, "-c", script, str(folder)]
        done = subprocess.run(command, env=os.environ | shim.env, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    assert read("") == "['x.example.vn'] Unavailable\n"
    assert "Unavailable" in read(", standing_still=False")


@pytest.mark.parametrize("read", READINGS)
def test_who_cannot_read_what_is_configured_is_told_that_it_is_config_db(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[ConfigStores], object]
) -> None:
    create_config(tmp_path)
    with failing(monkeypatch, Failure.BROKEN) as plan, open_config(tmp_path) as config:
        plan.left = 1
        with pytest.raises(Unavailable, match=r"^config\.db: disk I/O error$"):
            read(config)
        plan.left = 0
        read(config)
