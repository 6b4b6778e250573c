"""Files that vanish under the running service."""

import shutil
from pathlib import Path

import pytest

from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.senders import Senders
from tests.faults.test_disk import status_of
from tests.service import Service, add_site, known, run, serving, until

MISSING = "a database or the folder of journals is missing"


def _health(service: Service) -> str:
    return service.http.get("/health").text


@pytest.mark.parametrize("name", ["stats.db", "config.db", "journal"])
@pytest.mark.parametrize("replaced", [False, True])
def test_what_vanishes_is_answered_with_503_until_it_is_back(
    tmp_path: Path, name: str, replaced: bool
) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        there, away = service.data / name, tmp_path / "away"
        with Senders(site, service.url, 2, pause=0.01) as senders:
            until(senders.accepted, (50).__lt__)
            there.rename(away)
            if replaced:
                (shutil.copytree if away.is_dir() else shutil.copy)(away, there)
            assert MISSING in until(lambda: _health(service), lambda told: MISSING in told, limit=10)
            refused, accepted = senders.log.refused, senders.accepted()
            until(lambda: senders.log.refused, (refused + 50).__lt__)
            # One answer may have been on its way.
            assert senders.accepted() <= accepted + 2
            if not replaced:
                assert not there.exists()
            elif there.is_dir():
                shutil.rmtree(there)
            away.rename(there)
            until(senders.accepted, (accepted + 50).__lt__)
        assert judged_at_last(service.data, senders.log) == RIGHT
        assert service.log.read_text().count(f"removed or replaced while the service runs: {name}.") == 1


def test_a_stats_db_that_is_deleted_is_never_made_anew(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    site = add_site(service.data, "x.example.vn")["public_id"]
    known(service, site)
    (service.data / "stats.db").unlink()
    assert until(lambda: status_of(service, site), (503).__eq__, limit=10) == 503
    service.stop()
    assert not (service.data / "stats.db").exists()
    again = run("serve", "--port", "0", data=service.data)
    assert (again.returncode, "is missing although it was here" in again.stderr) == (2, True)


def test_a_worker_whose_journal_is_deleted_ends_and_its_successor_counts_on(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        worker = service.child("worker")
        for path in (service.data / "journal").iterdir():
            path.unlink()
        # It is noticed also where nobody visits.
        assert until(lambda: worker in service.children(), (False).__eq__) is False
        with Senders(site, service.url, 1, pause=0.01) as senders:
            until(senders.accepted, (50).__lt__)
        assert judged_at_last(service.data, senders.log) == RIGHT
        assert "No such file or directory" in service.log.read_text()
