"""Commands in messages work where they are pasted, with program and data folder."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from analytics_service.cli.folder import complete_commands
from tests.service import add_site, run

SITE = "x.example.vn"


def pasted(text: str) -> subprocess.CompletedProcess[str]:
    """What the command in a message does, run from somewhere else."""
    found = re.search(r"`([^`]+)`", text)
    assert found, text
    return subprocess.run(found[1], shell=True, capture_output=True, text=True, cwd="/", check=False)


def test_the_command_in_an_error_works_where_it_is_pasted(tmp_path: Path) -> None:
    data = tmp_path / "of mine"
    add_site(data, SITE)
    taken = run("site", "add", SITE, data=data)
    assert taken.returncode == 2
    assert SITE in pasted(taken.stderr).stdout
    assert run("site", "delete", SITE, "--yes", data=data).returncode == 0
    deleted = run("site", "add", SITE, data=data)
    assert "there is a deleted site" in deleted.stderr
    assert pasted(deleted.stderr).returncode == 0
    assert SITE in run("site", "list", data=data).stdout
    unknown = run("key", "revoke", "aaaaaaaa", data=data)
    assert pasted(unknown.stderr).returncode == 0, unknown.stderr


@pytest.mark.parametrize("words", [["--data", "/a b"], ["--data=/a b"]])
def test_the_folder_is_the_one_that_was_named(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/analytics-service", "site", "list", *words])
    completed = complete_commands("`site list`, `analytics-service restore FILE --replace`; not `this`")
    commands = [shlex.split(one) for one in re.findall(r"`([^`]+)`", completed)]
    assert [one[1:] for one in commands[:2]] == [
        ["site", "list", "--data", "/a b"],
        ["restore", "FILE", "--replace", "--data", "/a b"],
    ]
    assert completed.endswith("; not `this`")


def test_the_default_folder_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/analytics-service", "site", "list"])
    monkeypatch.delenv("ANALYTICS_DATA", raising=False)
    monkeypatch.delenv("ANALYTICS_CONFIG", raising=False)
    assert complete_commands("`key list`").endswith("analytics-service key list`")
    assert complete_commands("invalid '`key list '`'") == "invalid '`key list '`'"


def test_a_page_a_zone_and_an_empty_change_are_answered_with_what_was_meant(tmp_path: Path) -> None:
    data = tmp_path / "data"
    page = run("site", "add", "https://foo.example.vn/path", data=data)
    assert "names a page; a site is a whole host: use foo.example.vn" in page.stderr
    add_site(data, SITE)
    zone = run("site", "set", SITE, "--timezone", "Asia/Hochiminh", data=data)
    assert "unknown time zone 'Asia/Hochiminh'; did you mean 'Asia/Ho_Chi_Minh'?" in zone.stderr
    nothing = run("site", "set", SITE, data=data)
    assert (nothing.returncode, "nothing to change" in nothing.stderr) == (2, True)
