"""What an operator types, against the real service: backup, restore, status, doctor, apply."""

import json
import os
import signal
import sqlite3
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.filled import VIEWS, fill
from tests.service import Service, run, serving, until, view_id


def test_a_backup_under_load_restores_every_view_accepted_before_it(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = fill(service)
        before, stopped, sent = [VIEWS], threading.Event(), [VIEWS]

        def send() -> None:
            while not stopped.is_set():
                assert service.beacon(site, "https://x.example.vn/more").status_code == 202
                sent[0] += 1

        sender = threading.Thread(target=send)
        sender.start()
        until(lambda: sent[0], lambda n: n > VIEWS + 50)
        before[0] = sent[0]
        done = run("backup", str(tmp_path / "kept.tar"), data=service.data)
        after = sent[0]
        stopped.set()
        sender.join()
        assert done.returncode == 0, done.stderr
    restored = run("restore", str(tmp_path / "kept.tar"), data=tmp_path / "new")
    assert restored.returncode == 0, restored.stderr
    assert "may count as a visitor once more" in restored.stdout
    with serving(tmp_path / "new") as service:
        total = until(lambda: service.counts(site, "total", "pageviews")["total"], lambda n: n >= before[0])
        assert before[0] <= total <= after + 1
        assert service.beacon(site, "https://x.example.vn/").headers["x-vstats"] == "counted"
        assert run("verify", data=service.data).returncode == 0


def test_a_backup_holds_no_salt_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        fill(service)
        with closing(sqlite3.connect(service.data / "config.db")) as config:
            salts = [row[0] for row in config.execute("select salt from salt")]
        assert run("backup", str(tmp_path / "kept.tar"), data=service.data).returncode == 0
    kept = (tmp_path / "kept.tar").read_bytes()
    assert salts
    assert not [salt for salt in salts if salt in kept]
    assert (tmp_path / "kept.tar").stat().st_mode & 0o777 == 0o600
    again = run("backup", str(tmp_path / "kept.tar"), data=tmp_path / "data")
    assert (again.returncode, "choose another name" in again.stderr) == (2, True)


def test_what_waits_in_a_journal_is_in_the_backup_and_counted_after_the_restore(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    site = fill(service)
    # The supervisor too: it would start another applier in the place of one that is silent.
    for process in (service.process.pid, service.child("applier")):
        os.kill(process, signal.SIGSTOP)
    for _ in range(20):
        assert service.beacon(site, "https://x.example.vn/late").status_code == 202
    assert run("backup", str(tmp_path / "kept.tar"), data=service.data).returncode == 0
    service.kill()
    assert run("restore", str(tmp_path / "kept.tar"), data=tmp_path / "new").returncode == 0
    applied = run("apply", data=tmp_path / "new")
    assert applied.returncode == 0, applied.stderr
    assert int(applied.stdout.split()[0]) >= 20
    with serving(tmp_path / "new") as restored:
        assert restored.counts(site, "total", "pageviews") == {"total": VIEWS + 20}


def test_a_restore_is_refused_beside_a_service_and_over_figures_and_keeps_what_it_replaces(
    tmp_path: Path,
) -> None:
    file, data = str(tmp_path / "kept.tar"), tmp_path / "data"
    with serving(data) as service:
        site = fill(service)
        assert run("backup", file, data=data).returncode == 0
        beside = run("restore", file, "--replace", data=data)
        assert (beside.returncode, "stop it first" in beside.stderr) == (2, True)
        service.beacon(site, "https://x.example.vn/after")
        until(lambda: service.counts(site, "total", "pageviews")["total"], (VIEWS + 1).__eq__)
    over = run("restore", file, data=data)
    assert (over.returncode, "--replace" in over.stderr) == (2, True)
    assert run("restore", file, "--replace", data=data).returncode == 0
    (kept,) = data.glob("before-restore-*")
    assert {"stats.db", "config.db", "journal"} <= {path.name for path in kept.iterdir()}
    with serving(data) as service:
        assert service.counts(site, "total", "pageviews") == {"total": VIEWS}


@pytest.mark.parametrize("how", ["cut", "flipped", "foreign", "escaping"])
def test_a_broken_backup_is_refused_and_changes_nothing(tmp_path: Path, how: str) -> None:
    file, data = tmp_path / "kept.tar", tmp_path / "data"
    with serving(data) as service:
        site = fill(service)
        assert run("backup", str(file), data=data).returncode == 0
    whole = file.read_bytes()
    if how == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "flipped":
        middle = whole.rindex(b"SQLite format 3") + 5000
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    elif how == "foreign":
        file.write_text("no backup")
    else:
        with tarfile.open(file, "a") as tar:
            manifest = tmp_path / "backup.json"
            manifest.write_text(
                '{"format":1,"made_at":"2026-01-01T00:00:00Z","release":"1","files":{"../evil":"0"},"left_out":{}}'
            )
            tar.add(manifest, "backup.json")
    refused = run("restore", str(file), "--replace", data=data)
    assert refused.returncode == 2, refused.stdout
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    with serving(data) as service:
        assert service.counts(site, "total", "pageviews") == {"total": VIEWS}


def test_a_restore_that_was_cut_off_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "restore.unfinished").touch()
    refused = run("serve", "--port", "0", data=tmp_path / "data")
    assert (refused.returncode, "was cut off" in refused.stderr) == (2, True)


@pytest.mark.parametrize("name", ["stats.db", "config.db"])
def test_a_missing_or_damaged_database_is_refused_with_the_way_to_restore(tmp_path: Path, name: str) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        fill(service)
    path = data / name
    whole = path.read_bytes()
    # A page in the middle is overwritten, as a failing disk does it.
    path.write_bytes(whole[:4096] + b"\xa5" * 8192 + whole[12288:])
    damaged = run("serve", "--port", "0", data=data)
    assert (damaged.returncode, "restore FILE --replace" in damaged.stderr) == (2, True)
    path.unlink()
    missing = run("serve", "--port", "0", data=data)
    assert (missing.returncode, "is missing although it was here" in missing.stderr) == (2, True)
    assert not path.exists()


def test_status_tells_what_waits_and_doctor_finds_nothing_bad(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        site = fill(service)
        calm = until(
            lambda: json.loads(run("status", "--json", data=data).stdout),
            lambda status: status["last_check_at"] is not None and status["waiting"]["groups"] == 0,
        )
        assert (calm["served_by"], calm["sites"]) == (service.process.pid, 1)
        assert calm["last_check_differences"] == 0
        os.kill(service.child("applier"), signal.SIGSTOP)
        for _ in range(3):
            service.beacon(site, "https://x.example.vn/")
        busy = json.loads(run("status", "--json", data=data).stdout)
        assert (busy["waiting"]["groups"] >= 3, busy["waiting"]["lag_seconds"] > 0) == (True, True)
        assert f"running, process {service.process.pid}\n" in run("status", data=data).stdout
        examined = run("doctor", "--json", data=data)
        assert examined.returncode == 0, examined.stdout
        seen = {finding["about"]: finding["level"] for finding in json.loads(examined.stdout)}
        assert seen["stats.db"] == seen["flush"] == seen["file system"] == "ok"
        service.kill()
    nobody = json.loads(run("status", "--json", data=data).stdout)
    assert (nobody["served_by"], nobody["applied_by_another"]) == (None, False)


def test_where_nothing_was_served_nothing_is_made(tmp_path: Path) -> None:
    for command in (["status"], ["verify"], ["apply"], ["backup", str(tmp_path / "b.tar")]):
        refused = run(*command, data=tmp_path / "none")
        assert (refused.returncode, "nothing was ever served" in refused.stderr) == (2, True)
    assert not (tmp_path / "none").exists()
    assert run("doctor", data=tmp_path / "none").returncode == 1


def test_a_second_applier_is_refused_and_one_alone_applies(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        fill(service)
        refused = run("apply", data=service.data)
        assert (refused.returncode, "another applier" in refused.stderr) == (2, True)
    assert run("apply", data=tmp_path / "data").stdout == "0 facts applied\n"


def test_the_same_id_sent_before_and_after_a_restore_counts_once(tmp_path: Path) -> None:
    once = view_id()
    with serving(tmp_path / "data") as service:
        site = fill(service)
        assert service.beacon(site, "https://x.example.vn/", i=once).status_code == 202
        until(lambda: service.counts(site, "total", "pageviews")["total"], (VIEWS + 1).__eq__)
        assert run("backup", str(tmp_path / "kept.tar"), data=service.data).returncode == 0
    assert run("restore", str(tmp_path / "kept.tar"), data=tmp_path / "new").returncode == 0
    with serving(tmp_path / "new") as service:
        assert service.beacon(site, "https://x.example.vn/", i=once).status_code == 202
        assert service.beacon(site, "https://x.example.vn/").status_code == 202
        total = until(lambda: service.counts(site, "total", "pageviews")["total"], lambda n: n > VIEWS + 1)
        assert total == VIEWS + 2
