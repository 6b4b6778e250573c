"""A damaged or older database, and days that are no longer stored: the answer says so."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.service import add_site, known, serving, until
from tests.web.api.conftest import Stand, add_key

EPOCH = date(1970, 1, 1)


def change(data: Path, statement: str, *values: object) -> None:
    """Changes stats.db behind the service's back."""
    with closing(sqlite3.connect(data / "stats.db", timeout=30)) as stats, stats:
        stats.execute(statement, values)


@pytest.fixture
def spoilt(tmp_path: Path):
    """A service of its own with a site and a key, as a stand."""
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "a.example.vn")["public_id"]
        known(service, site)
        stand = Stand(service, site, site, {"reads_a": add_key(service, "--site", site)})
        until(lambda: stand.get("/sites").status_code, (200).__eq__)
        service.beacon(site, "https://a.example.vn/")
        until(lambda: service.counts(site, "total", "pageviews")["total"], (1).__eq__)
        yield stand


def test_days_that_are_no_longer_stored_are_422_with_those_that_are(spoilt: Stand) -> None:
    kept = date.today() - timedelta(days=10)
    change(spoilt.service.data, "update maintenance set first_day = ?", (kept - EPOCH).days)
    path = f"/sites/{spoilt.a}/counts?period=91d"
    answer = spoilt.get(f"{path}&filter=country:is:VN")
    body = answer.json()
    assert (answer.status_code, body["type"]) == (422, "/problems/not-kept")
    assert (body["kept_since"], body["nearest"]["from"]) == (kept.isoformat(), kept.isoformat())
    near = f"from={body['nearest']['from']}&to={body['nearest']['to']}"
    again = spoilt.get(f"/sites/{spoilt.a}/counts?{near}&filter=country:is:VN")
    assert (again.status_code, again.json()["meta"]["kept_since"]) == (200, kept.isoformat())
    # Without a filter sums are enough.
    assert spoilt.get(path).status_code == 200


def test_a_database_of_another_release_is_503_and_says_so(spoilt: Stand) -> None:
    change(spoilt.service.data, "alter table rollup_day rename to rollup_day_of_old")
    answer = spoilt.get(f"/sites/{spoilt.a}/counts?period=28d")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/outdated")
    assert "another release" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) >= 1
    change(spoilt.service.data, "alter table rollup_day_of_old rename to rollup_day")
    assert until(lambda: spoilt.get(f"/sites/{spoilt.a}/counts").status_code, (200).__eq__) == 200


def test_a_damaged_database_is_503_and_says_so(spoilt: Stand) -> None:
    file = spoilt.service.data / "stats.db"
    with closing(sqlite3.connect(file, timeout=30)) as stats:
        stats.execute("pragma wal_checkpoint(truncate)")
    whole = file.read_bytes()
    with file.open("r+b") as opened:
        opened.write(b"\xff" * 4096)
    answer = until(lambda: spoilt.get(f"/sites/{spoilt.a}/counts"), lambda found: found.status_code == 503)
    try:
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/damaged")
        assert "damaged" in answer.json()["detail"]
        # What needs no figures is there all the same.
        assert spoilt.get("/sites").status_code == 200
    finally:
        with file.open("r+b") as opened:
            opened.write(whole[:4096])
