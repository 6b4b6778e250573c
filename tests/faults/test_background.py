"""What a worker does beside answering: it fails aloud, waits for nobody, and tells truly how it is."""

import secrets
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics_service.administering import sites as administering
from analytics_service.administering.sites import SiteChanges
from analytics_service.storage.sqlite.config import open_config
from tests.faults.judge import RIGHT, judged_at_last
from tests.faults.senders import Senders
from tests.patches import patched
from tests.service import add_site, known, run, serving, until

FAILS = """
from pathlib import Path
from analytics_service.app.worker_tasks import WorkerTasks
trim = WorkerTasks._trim

async def failing(self):
    if Path({fault!r}).exists():
        raise KeyError("nobody thought of this")
    await trim(self)

WorkerTasks._trim = failing
"""
STREAM_FAILS = """
from pathlib import Path
from analytics_service.web.public import stream
figures_of = stream._figures_of

def failing(told):
    if Path({fault!r}).exists():
        raise KeyError("nobody thought of this")
    return figures_of(told)

stream._figures_of = failing
"""
TOLERANCE = 6.0
# The applier works off what came in 0.3 s at a time: at any moment something waits, and nothing waits long.
LESS_PATIENT = f"""
import time
from datetime import timedelta
from analytics_service.app import worker_tasks
from analytics_service.applying.applier import Applier
worker_tasks.LAG_LIMIT = timedelta(seconds={TOLERANCE})
apply_round = Applier.apply_round

def seldom(self, limit):
    time.sleep(0.3)
    return apply_round(self, limit)

Applier.apply_round = seldom
"""

# Whatever the applier and the command line do: the worker waits for config.db as long as it can.
VERY_PATIENT = """
import sys
from datetime import timedelta
from analytics_service.storage.sqlite import config
if "worker" in sys.orig_argv:
    config.CONFIG_BUSY = timedelta(seconds=5)
"""


def test_a_worker_whose_background_work_fails_says_so_and_another_starts(tmp_path: Path) -> None:
    fault = tmp_path / "fault"
    env = patched(tmp_path / "patch", FAILS.format(fault=str(fault)))
    with serving(tmp_path / "data", env=env) as service:
        worker = service.child("worker")
        fault.touch()
        until(lambda: "so this worker ends" in service.log.read_text(), bool)
        fault.unlink()
        assert until(lambda: worker in service.children(), (False).__eq__) is False
        told = service.log.read_text()
        assert "WorkerTasks._repeat failed, so this worker ends" in told
        assert "KeyError: 'nobody thought of this'" in told


def test_a_stream_whose_watch_fails_sends_its_listeners_away_and_says_so(tmp_path: Path) -> None:
    fault = tmp_path / "fault"
    env = patched(tmp_path / "patch", STREAM_FAILS.format(fault=str(fault)))
    with serving(tmp_path / "data", env=env) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        for _ in range(2):
            with service.http.stream("GET", f"/api/v1/sites/{site}/stream") as stream:
                lines = stream.iter_lines()
                assert any(line.startswith("data: {") for line in lines)
                fault.touch()
                # It ends.
                assert not any(line.startswith("data: {") for line in lines)
            fault.unlink()
        assert service.log.read_text().count("KeyError: 'nobody thought of this'") == 2


def test_under_a_steady_load_that_is_worked_off_the_service_is_always_ready(tmp_path: Path) -> None:
    env = patched(tmp_path / "patch", LESS_PATIENT)
    with serving(tmp_path / "data", env=env) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        answers = set()
        with Senders(site, service.url, 4, pause=0.01) as senders:
            ends = time.monotonic() + 2 * TOLERANCE
            while time.monotonic() < ends:
                answers.add(service.http.get("/health").text)
                time.sleep(0.1)
        assert senders.accepted() > 50 * TOLERANCE
        assert answers == {'{"live":true,"ready":true,"reasons":[]}'}


@pytest.mark.parametrize("holds", ["begin; select * from site", "begin immediate"])
def test_a_program_that_holds_config_db_for_long_holds_up_no_beacon(tmp_path: Path, holds: str) -> None:
    with serving(tmp_path / "data", env=patched(tmp_path / "patch", VERY_PATIENT)) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        applier, worker = service.child("applier"), service.child("worker")
        with (
            closing(sqlite3.connect(service.data / "config.db", isolation_level=None, timeout=10)) as reader,
            Senders(site, service.url, 1, pause=0.02) as senders,
        ):
            # A new site needs a salt, which the worker stores within half a second of seeing it.
            new = _added(service.data, "y.example.vn")
            for statement in holds.split("; "):
                reader.execute(statement).fetchone()
            time.sleep(8)
            longest = max(senders.log.seconds)
            reader.execute("rollback")
            accepted = senders.accepted()
            until(senders.accepted, (accepted + 20).__lt__)
        print(f"a beacon took {longest:.2f} s at most")
        assert longest < 1
        assert senders.log.statuses.keys() == {202}
        known(service, new)
        assert judged_at_last(service.data, senders.log) == RIGHT
        assert run("site", "list", data=service.data).returncode == 0
        assert (service.child("applier"), service.child("worker")) == (applier, worker)
        assert until(lambda: service.beacon(new, "https://y.example.vn/").status_code, (202).__eq__) == 202


def _added(data: Path, domain: str) -> str:
    """The public id of a site that was made just now: a command would take its time to end."""
    at = datetime.now(UTC)
    with open_config(data) as config:
        return administering.add_site(
            config.sites, domain, SiteChanges(), at=at, random=secrets.token_bytes, by="test"
        ).public_id


def test_a_site_that_cannot_be_read_is_left_out_until_it_is_mended_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data") as service:
        names = [add_site(service.data, f"{name}.example.vn")["public_id"] for name in "xy"]
        for name in names:
            known(service, name)
        children = service.children()
        with closing(sqlite3.connect(service.data / "config.db", timeout=10)) as config:
            with config:
                config.execute("""update site set rules = '{"robots":"x"}' where domain = 'x.example.vn'""")
            until(lambda: service.http.get(f"/api/v1/sites/{names[0]}/counter").status_code, (404).__eq__)
            third = add_site(service.data, "z.example.vn")["public_id"]
            known(service, third)
            assert service.beacon(third, "https://z.example.vn/").status_code == 202
            assert until(lambda: service.counts(third, "total", "pageviews")["total"], (1).__eq__) == 1
            with config:
                config.execute("update site set rules = '{}' where domain = 'x.example.vn'")
        known(service, names[0])
        assert service.beacon(names[0], "https://x.example.vn/").headers["x-vstats"] == "counted"
        assert service.children() == children
        assert "is left out, since its settings cannot be read" in service.log.read_text()
