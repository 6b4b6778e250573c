"""A person's mistake is answered with one sentence and the way out, and nothing is made by it."""

import errno
import os
import pwd
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics_service.cli.folder import explain_os_error
from tests.fixtures.release_0_1_0 import unpack_release_0_1_0
from tests.service import COMMAND, Service, add_site, run, serving

SITE = "x.example.vn"
READING = [
    ["status"],
    ["doctor"],
    ["verify"],
    ["backup", "b.tar"],
    ["drops", "list", SITE],
    ["site", "list"],
    ["site", "show", SITE],
    ["site", "snippet", SITE],
]
WRITING = [
    ["drops", "accept", SITE],
    ["drops", "reject", SITE, "--family", "Chrome"],
    ["site", "set", SITE, "--name", "X"],
    ["site", "rules", SITE, "--index-files"],
    ["site", "counter", SITE, "--series"],
    ["site", "peak", SITE, "--reset", "--yes"],
    ["site", "delete", SITE, "--yes"],
    ["site", "restore", SITE],
    ["site", "new-id", SITE],
]
NOBODY = 65534


def of(words: list[str]) -> str:
    return " ".join(words[:2])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def in_one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("analytics-service: ")
    return sentence


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder with a site, into which only its owner may look; or, where we are not root, nobody."""
    folder = tmp_path / "data"
    add_site(folder, SITE)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    else:
        folder.chmod(0)
    yield folder
    folder.chmod(0o700)


def run_as_another(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Root without its right to pass by all permissions is a user like any other."""
    other = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*other, *COMMAND, *words, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words", [*READING[:1], *READING[2:], *WRITING, ["apply"], ["site", "add", "y.example.vn"]], ids=of
)
def test_somebody_elses_folder_is_named_with_its_owner(closed: Path, words: list[str]) -> None:
    sentence = in_one_sentence(run_as_another(*words, data=closed))
    assert f"{closed} belongs to " in sentence or f"{closed} cannot be opened by its owner" in sentence
    assert os.geteuid() or f": run this as that user: sudo -u {pwd.getpwuid(NOBODY).pw_name} " in sentence
    assert os.geteuid() or sentence.endswith(shlex.join([*words, "--data", str(closed)]))


@pytest.mark.parametrize(
    "words",
    [*WRITING, ["apply"], ["verify", "--repair"], ["site", "add", "y.example.vn"], ["restore", "b.tar"]],
    ids=of,
)
def test_root_leaves_no_file_in_somebody_elses_folder(closed: Path, words: list[str]) -> None:
    sentence = in_one_sentence(run(*words, data=closed))
    assert os.geteuid() or f"{closed} belongs to nobody: run this as that user: sudo -u nobody " in sentence
    closed.chmod(0o700)
    assert {path.lstat().st_uid for path in (closed, *closed.rglob("*"))} == {closed.stat().st_uid}


def test_a_lock_file_of_another_user_is_given_back_and_no_backup_is_restored(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder):
        pass
    (folder / "applier.lock").chmod(0)
    if os.geteuid() == 0:
        os.chown(folder / "applier.lock", NOBODY, NOBODY)
    done = run_as_another("doctor", data=folder)
    assert f"{folder}/applier.lock: Permission denied" in done.stdout
    assert "restore a backup" not in done.stdout
    assert os.geteuid() or f"chown -R root {folder}" in done.stdout


def test_the_doctor_says_so_too(closed: Path) -> None:
    done = run_as_another("doctor", data=closed)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{closed} cannot be read" in done.stdout
    assert os.geteuid() or "run this as that user: sudo -u " in done.stdout


@pytest.mark.parametrize("words", [*READING, *WRITING], ids=of)
def test_in_a_folder_from_which_nothing_was_served_nothing_is_made(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "none", tmp_path / "empty"):
        done = run(*words, data=folder)
        if words != ["doctor"]:
            assert f"nothing was ever served from {folder}; name the data folder" in in_one_sentence(done)
        assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("words", [*READING, *WRITING, ["site", "add", "y.example.vn"]], ids=of)
def test_a_folder_of_an_older_release_is_left_as_it_is(tmp_path: Path, words: list[str]) -> None:
    folder = unpack_release_0_1_0(tmp_path)
    before = contents(folder)
    done = run(*words, data=folder)
    expected = "is of an older release: start the service once to migrate it"
    if words == ["doctor"]:
        assert done.returncode == 1
        assert expected in done.stdout
        assert "restore a backup" not in done.stdout
    else:
        assert f"{folder} {expected}" in in_one_sentence(done)
    assert contents(folder) == before


def test_the_start_and_apply_migrate_and_say_so(tmp_path: Path) -> None:
    folder = unpack_release_0_1_0(tmp_path)
    done = run("apply", data=folder)
    assert done.returncode == 0, done.stderr
    for name in ("stats", "config"):
        assert f"{folder / name}.db is migrated from version " in done.stderr
    assert run("status", data=folder).returncode == 0


def test_a_folder_of_a_newer_release_is_left_to_it(tmp_path: Path) -> None:
    add_site(tmp_path / "data", SITE)
    script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('pragma user_version = 999')"
    subprocess.run([sys.executable, "-c", script, tmp_path / "data" / "config.db"], check=True)
    for words in (["site", "list"], ["site", "add", "y.example.vn"], ["site", "set", SITE, "--name", "X"]):
        assert "was written by a newer release" in in_one_sentence(run(*words, data=tmp_path / "data"))


def test_a_site_may_be_added_before_the_first_start_and_the_command_says_how_to_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    done = run("site", "add", SITE, data=folder)
    assert done.returncode == 0
    assert f"Added to {folder}; the service is not running, start it with: " in done.stderr
    assert SITE in run("site", "list", data=folder).stdout
    with serving(folder) as service:
        beside = run("site", "add", "y.example.vn", data=folder)
        assert (beside.returncode, f"served at {service.url}\n" in beside.stderr) == (0, True)
        assert f'src="{service.url}/v.js" data-site="{beside.stdout.strip()}"' in beside.stderr
        assert f'src="{service.url}/v.js"' in run("site", "snippet", SITE, data=folder).stdout
        assert f"pages use {service.url}" in run("doctor", data=folder).stdout
        (folder / "serve.pid").unlink()
        assert "running, process unknown" in run("status", data=folder).stdout


def test_the_hint_of_a_start_works_where_it_is_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "of mine"
    started = subprocess.Popen(
        [*COMMAND, "serve", "--data", folder, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert started.stdout is not None
        hint = next(line for line in started.stdout if "Next: " in line)
    finally:
        started.terminate()
        started.communicate(timeout=60)
    pasted = hint.partition("Next: ")[2].partition("   (")[0]
    done = subprocess.run(pasted, shell=True, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    assert "your-domain.vn" in run("site", "list", data=folder).stdout


def test_a_reader_that_goes_and_a_ctrl_c_are_no_errors(tmp_path: Path) -> None:
    for number in range(3):
        add_site(tmp_path / "data", f"x{number}.example.vn")
    command = shlex.join([*COMMAND, "site", "list", "--data", str(tmp_path / "data")])
    piped = subprocess.run(f"{command} | true", shell=True, capture_output=True, text=True, check=False)
    assert piped.stderr == ""
    with serving(tmp_path / "data") as service:
        waiting = interrupted(service)
    assert (waiting.returncode, waiting.stdout, waiting.stderr) == (130, "", "")


def interrupted(service: Service) -> subprocess.CompletedProcess[str]:
    """`site set` that waits for a lock and is told to stop with Ctrl-C."""
    script = (
        "import os, signal, sys, time; from analytics_service.cli.main import main;"
        # Where the tests run in the background of a shell, Ctrl-C is ignored from the start.
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "sys.argv[1:] = ['site', 'set', 'x0.example.vn', '--name', 'X', '--data', sys.argv[1]];"
        "from analytics_service.cli import sites;"
        "sites.administer_sites = lambda *_, **__: (os.kill(os.getpid(), signal.SIGINT), time.sleep(60));"
        "main()"
    )
    return subprocess.run(
        [sys.executable, "-c", script, service.data], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("balance", "problem"),
    [
        ("visits=1,461,664", "'visits=1,461,664' is not METRIC=NUMBER,METRIC=NUMBER with plain digits"),
        ("visit=12", "unknown value 'visit'; did you mean 'visits'?"),
        ("visits=-5", "visits would be -5, which is less than nothing"),
    ],
)
def test_an_opening_balance_that_is_none_is_refused_with_the_way_to_write_it(
    tmp_path: Path, balance: str, problem: str
) -> None:
    words = ["--opening-balance", balance, "--reason", "before"]
    assert problem in in_one_sentence(run("site", "add", SITE, *words, data=tmp_path / "data"))


def test_nobody_is_advised_to_serve_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    monkeypatch.setattr(sys, "argv", [sys.argv[0], "serve", "--data", "/root-owned"])
    advice = explain_os_error(PermissionError(errno.EACCES, "Permission denied", "/root-owned"))
    assert "sudo -u root" not in advice
    assert "name another folder with --data" in advice


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ({"ANALYTICS_ONLINE_LIMIT": "-1"}, "online_limit: -1"),
        ({"ANALYTICS_DIMENSION_CAP": "0"}, "dimension_cap: 0"),
        ({"ANALYTICS_PUBLIC_URL": "tk.example.vn"}, "public_url: 'tk.example.vn'"),
        ({"ANALYTICS_PUBLIC_URL": "ftp://tk.example.vn"}, "public_url: 'ftp://tk.example.vn'"),
        ({"ANALYTICS_PUBLIC_URL": "https://"}, "public_url: 'https://'"),
    ],
)
def test_a_setting_out_of_bounds_is_refused_by_name_and_value(
    tmp_path: Path, setting: dict[str, str], named: str
) -> None:
    assert named in in_one_sentence(run("serve", "--port", "0", data=tmp_path / "data", env=setting))


def test_every_command_takes_the_file_of_settings_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'data = "{tmp_path}/data"\npublic_url = "https://tk.example.vn"\n')
    add_site(tmp_path / "data", SITE)
    done = subprocess.run(
        [*COMMAND, "site", "snippet", SITE],
        capture_output=True,
        text=True,
        env={**os.environ, "ANALYTICS_CONFIG": str(file)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 'src="https://tk.example.vn/v.js"' in done.stdout
