"""What `make test` brings to a machine, and what it says where it may not."""

import subprocess
from pathlib import Path

import pytest

from tests.deployment_files import ROOT
from tests.quick import is_quick
from tests.redis_server import running_redis
from tests.tools import tool

THERE = ("bash", "env", "git", "grep", "make", "python3")
SUDO = '#!/bin/sh\nshift; exec "$@"\n'


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A path with a few programs, where apt-get does what a test says and sudo asks nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in THERE:
        (folder / name).symlink_to(tool(name))
    _put(folder / "sudo", SUDO)
    return folder


def _put(program: Path, text: str) -> None:
    program.write_text(text)
    program.chmod(0o755)


def prepare(programs: Path) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / ".ci" / "prepare")]
    env = {"PATH": str(programs), "ASKED": str(programs.with_name("asked"))}
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def test_what_is_missing_is_installed_where_that_is_allowed(programs: Path) -> None:
    _put(programs / "apt-get", '#!/bin/sh\necho "$@" >> "$ASKED"\n')
    done = prepare(programs)
    assert done.returncode == 0, done.stderr
    assert "Installing what the tests need: chromium " in done.stdout
    update, install = programs.with_name("asked").read_text().splitlines()
    assert update.endswith(" update")
    wanted = install.partition("--no-install-recommends ")[2].split()
    assert {"chromium", "redis-server", "gcc", "strace", "fonts-dejavu-core"} <= set(wanted)
    assert not {"git", "make"} & set(wanted)


def test_where_nothing_can_be_installed_the_line_to_type_is_printed(programs: Path) -> None:
    _put(programs / "apt-get", "#!/bin/sh\nexit 100\n")
    done = prepare(programs)
    assert done.returncode == 1
    assert "    sudo apt-get install chromium " in done.stderr


def test_without_apt_nothing_is_tried(programs: Path) -> None:
    done = prepare(programs)
    assert done.returncode == 1
    assert "To have them run, type:" in done.stderr


def test_a_test_whose_tool_is_missing_fails_and_says_that_it_did_not_run() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"^did not run: no-such-tool is missing"):
        tool("no-such-tool", "nor-this-one")


def test_a_test_that_starts_nothing_is_quick(request: pytest.FixtureRequest) -> None:
    assert is_quick(request.node)


def test_a_test_that_would_start_a_server_is_not_quick(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    def never_called() -> None:
        with running_redis(tmp_path):
            pass

    assert callable(never_called)
    assert not is_quick(request.node)
