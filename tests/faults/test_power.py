"""Power cuts: what the disk holds is what was flushed, and nothing after it."""

import random
import shutil
import time
from pathlib import Path

import pytest

from tests.faults.judge import RIGHT, judged, judged_at_last
from tests.faults.senders import Senders
from tests.faults.shim import Shim
from tests.faults.sizes import soak
from tests.service import Service, known, run, serving, until

CUTS = soak(6, 100)
ACCEPTED_EACH = 100


def _disk_after_the_cut(flushed: Path, data: Path) -> None:
    """Makes the data folder anew from what was flushed: the shim keeps that flat, by name."""
    shutil.rmtree(data)
    (data / "journal").mkdir(parents=True, mode=0o700)
    for path in flushed.iterdir():
        if ".tmp." in path.name:
            continue
        is_journal = path.name[:20].isalnum() and len(path.name.split(".")[0]) == 20
        shutil.copy(path, (data / "journal" if is_journal else data) / path.name)


@pytest.mark.timeout(3600)
def test_no_accepted_view_is_lost_when_the_power_is_cut(tmp_path: Path) -> None:
    data, flushed = tmp_path / "data", tmp_path / "flushed"
    data.mkdir()
    shim = Shim(data, tmp_path, shadow=flushed)
    chance = random.Random(42)
    # The site is made under the shim as well: else it would not be on the disk.
    made = run("site", "add", "x.example.vn", data=data, env=shim.env)
    site = made.stdout.strip()
    service = Service(data, env=shim.env)
    known(service, site)
    with Senders(site, service.url, 3) as senders:
        for cut in range(CUTS):
            until(senders.accepted, (cut * ACCEPTED_EACH).__lt__)
            time.sleep(chance.uniform(0.0, 0.5))
            service.kill()
            _disk_after_the_cut(flushed, data)
            service = Service(data, env=shim.env)
            senders.url = service.url
        until(senders.accepted, (CUTS * ACCEPTED_EACH).__lt__)
    service.kill()
    _disk_after_the_cut(flushed, data)
    with serving(data):
        verdict = judged_at_last(data, senders.log)
    print(f"{CUTS} power cuts, {senders.accepted()} accepted: {verdict}")
    assert verdict == RIGHT
    assert senders.accepted() > CUTS * ACCEPTED_EACH


def test_the_judge_sees_what_a_power_cut_takes_from_a_disk_that_lies(tmp_path: Path) -> None:
    # Else the test above could not fail: here flushes are answered and not done.
    data, flushed = tmp_path / "data", tmp_path / "flushed"
    data.mkdir()
    shim = Shim(data, tmp_path, shadow=flushed)
    site = run("site", "add", "x.example.vn", data=data, env=shim.env).stdout.strip()
    service = Service(data, env=shim.env)
    known(service, site)
    with Senders(site, service.url, 2) as senders:
        until(senders.accepted, (50).__lt__)
        shim.fails("fsync_lie")
        until(senders.accepted, (200).__lt__)
    service.kill()
    _disk_after_the_cut(flushed, data)
    shim.fails("")
    with serving(data):
        verdict = judged(data, senders.log, limit=5)
    assert verdict.lost > 0
    assert (verdict.doubled, verdict.invented, verdict.differences, verdict.healthy) == (0, 0, 0, True)
