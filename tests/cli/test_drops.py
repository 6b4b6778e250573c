"""`drops accept` and `drops reject`: they show what would change, and ask before they change figures."""

import os
import pty
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from analytics_service.domain.facts import View
from tests.applying.process import journaled, view
from tests.service import COMMAND, add_site, run

SITE = "x.example.vn"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder in which two visits of three page views are quarantined, and one of Chrome is counted."""
    folder = tmp_path / "data"
    add_site(folder, SITE)
    (folder / "journal").mkdir()
    journaled(
        folder,
        [
            view_now(1, drop="bot", family="Robo"),
            view_now(1, drop="bot", family="Robo"),
            view_now(2, drop="spam-referrer", family="Robo"),
            view_now(3, browser="Chrome"),
        ],
    )
    assert run("apply", data=folder).returncode == 0
    return folder


def view_now(visitor: int, **more: Any) -> View:
    return view(visitor, at=int(time.time() * 1000), **more)


def count_views(data: Path) -> int:
    with closing(sqlite3.connect(data / "stats.db")) as stats:
        rows = stats.execute("select sum(pageviews) from rollup_day where dimension = 0").fetchall()
    return int(rows[0][0])


def answer(text: str, words: tuple[str, ...], data: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command whose question is answered at a terminal."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{text}\n".encode())
        return subprocess.run(
            [*COMMAND, *words, "--data", str(data)],
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(("accept", "reject"), [("accept", "reject"), ("people", "robots")])
def test_figures_change_once_the_owner_says_yes(data: Path, accept: str, reject: str) -> None:
    refused = answer("n", ("drops", accept, SITE), data=data)
    assert refused.returncode == 1
    assert f"Accept 2 visits with 3 page views and events for {SITE} from " in refused.stderr
    assert count_views(data) == 1
    done = answer("y", ("drops", accept, SITE), data=data)
    assert (done.returncode, done.stdout) == (0, "Accepted 2 visits with 3 page views and events on 1 day\n")
    assert count_views(data) == 4
    again = run("drops", accept, SITE, data=data)
    assert (again.returncode, again.stdout.partition(" for ")[0]) == (0, "Nothing to accept")
    done = answer("y", ("drops", reject, SITE, "--family", "Chrome"), data=data)
    assert (done.returncode, done.stdout) == (0, "Rejected 1 visit with 1 page view or event on 1 day\n")
    assert count_views(data) == 3


def test_a_dry_run_shows_what_a_reason_and_a_family_leave(data: Path) -> None:
    words = ("drops", "accept", SITE, "--reason", "spam-referrer", "--family", "Robo", "--dry-run")
    shown = run(*words, data=data)
    expected = f"Would accept 1 visit with 1 page view or event of spam-referrer Robo for {SITE} from "
    assert (shown.returncode, shown.stdout.startswith(expected)) == (0, True)
    shown = run(*("drops", "reject", SITE, "--family", "Chrome", "--dry-run"), data=data)
    assert f"Would reject 1 visit with 1 page view or event of Chrome for {SITE}" in shown.stdout
    assert count_views(data) == 1


def test_without_a_terminal_a_script_must_say_yes(data: Path) -> None:
    for words in (("accept", SITE), ("reject", SITE, "--family", "Chrome")):
        refused = run("drops", *words, data=data)
        assert refused.returncode == 2
        assert "there is no terminal to ask at; add --yes to change figures" in refused.stderr
    assert count_views(data) == 1
    assert run("drops", "accept", SITE, "--yes", data=data).returncode == 0
    assert count_views(data) == 4
