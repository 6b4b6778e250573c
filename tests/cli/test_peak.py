"""`site peak --reset` takes back a forged record, from a local day on."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics_service.domain.facts import Online
from tests.applying.process import journaled
from tests.service import add_site, run

SITE = "x.example.vn"
# In Vietnam a day begins at 17:00 UTC of the day before.
FORGED = datetime.now(UTC).replace(hour=17, minute=0, second=0, microsecond=0) - timedelta(days=3)
BEFORE = FORGED - timedelta(minutes=1)
DAY = (FORGED + timedelta(days=1)).date().isoformat()


def test_a_forged_record_is_taken_back_from_a_local_day_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    number = add_site(data, SITE)["number"]
    (data / "journal").mkdir()
    records = ((BEFORE, 40), (FORGED, 3_179))
    journaled(
        data,
        [Online(site=number, at=int(at.timestamp() * 1000), online=online) for at, online in records],
    )
    assert run("apply", data=data).returncode == 0
    asked = run("site", "peak", SITE, "--reset", data=data)
    assert (asked.returncode, "add --yes" in asked.stderr) == (2, True)
    done = run(*("site", "peak", SITE, "--reset", "--from", DAY, "--yes"), data=data)
    assert (done.returncode, done.stdout) == (0, f"The record of {SITE} is now 40 online\n"), done.stderr
    with closing(sqlite3.connect(data / "stats.db")) as stats:
        assert stats.execute("select online from peak").fetchall() == [(40,)]
    assert "add --reset" in run("site", "peak", SITE, data=data).stderr
