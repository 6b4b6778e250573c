"""`verify` against the real service: it names what differs, and has it repaired."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.filled import VIEWS, fill
from tests.service import run, serving, until


def test_verify_names_a_wrong_sum_and_repair_puts_it_right_while_the_service_runs(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = fill(service)
        right = run("verify", data=service.data)
        assert (right.returncode, right.stderr) == (0, "")
        assert right.stdout.endswith(": 0 differences\n")
        with closing(sqlite3.connect(service.data / "stats.db", timeout=5)) as stats, stats:
            stats.execute("update rollup_day set pageviews = pageviews + 3 where dimension = 0")
            stats.execute("delete from rollup_hour")
        wrong = run("verify", "--site", site, data=service.data)
        assert wrong.returncode == 1
        assert "pageviews of the day are stored as 33, but add up to 30" in wrong.stdout
        until(lambda: service.counts(site, "total", "pageviews"), {"total": VIEWS + 3}.__eq__)
        repaired = run("verify", "--repair", data=service.data)
        assert repaired.returncode == 0, repaired.stderr
        assert until(lambda: service.counts(site, "total", "pageviews")["total"], VIEWS.__eq__) == VIEWS
        report = json.loads(run("verify", "--json", data=service.data).stdout)
        assert (report["differences"], report["repaired"]) == ([], None)


def test_verify_repairs_where_nothing_runs(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        fill(service)
    with closing(sqlite3.connect(tmp_path / "data" / "stats.db")) as stats, stats:
        stats.execute("update rollup_day set visits = 0 where dimension = 0")
    assert run("verify", "--repair", data=tmp_path / "data").returncode == 0
    assert run("verify", data=tmp_path / "data").returncode == 0
