"""The service as the image holds it: its wheel, the pinned releases, nothing else, in a bare environment."""

import re
import signal
import socket
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.deployment_files import ROOT, dockerfile
from tests.service import LIMIT, until
from tests.tools import tool

WRITING = (
    "open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat"
)
OPENED_TO_WRITE = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")


def pinned() -> Iterator[Distribution]:
    """What requirements/run.txt names for this machine, in the release it names."""
    for line in (ROOT / "requirements" / "run.txt").read_text("utf-8").splitlines():
        if match := re.match(r"[a-z].*?(?= \\$)", line):
            wanted = Requirement(match.group())
            if wanted.marker is None or wanted.marker.evaluate():
                found = distribution(wanted.name)
                assert wanted.specifier.contains(found.version), f"{wanted}, but {found.version} is installed"
                yield found


def pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment that the image has in /app; the releases are those installed here, by links.

    It is not compiled, so that whoever writes bytecode is seen.
    """
    folder = tmp_path_factory.mktemp("installed")
    dockerfile().lay_out(folder / "src")
    pip("wheel", *"--no-deps --no-build-isolation -w".split(), str(folder), str(folder / "src"))
    venv.create(folder / "app", with_pip=False)
    (packages,) = (folder / "app" / "lib").glob("python*/site-packages")
    for release in pinned():
        for part in {path.parts[0] for path in release.files or ()} - {"..", "__pycache__"}:
            (packages / part).symlink_to(Path(str(release.locate_file(part))))
    (wheel,) = folder.glob("*.whl")
    python = str(folder / "app" / "bin" / "python")
    pip("--python", python, *"install --no-deps --no-index --no-compile".split(), str(wheel))
    return folder / "app"


class Running:
    """The entry point with the image's variables and no others, in a folder that is nobody's to write."""

    def __init__(self, app: Path, folder: Path, tracing: list[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        here = folder / "here"
        here.mkdir()
        # What lies in the working directory must never be imported.
        (here / "msgspec.py").write_text("raise SystemExit('imported from the working directory')")
        here.chmod(0o555)
        told = {name: value.replace("/app/", f"{app}/") for name, value in dockerfile().environment().items()}
        self.data = folder / "data"
        self.env = {**told, "ANALYTICS_PORT": port, "ANALYTICS_DATA": str(self.data)}
        self.env["PATH"] = told["PATH"].replace("$PATH", "/usr/local/bin:/usr/bin:/bin")
        self.process = subprocess.Popen(
            [*tracing, str(app / "bin" / "analytics-service"), "serve"],
            cwd=here,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.python = str(app / "bin" / "python")

    def health(self) -> int:
        """The exit status of the image's health command."""
        command = [self.python, *dockerfile().health()[1:]]
        return subprocess.run(command, env=self.env, capture_output=True, check=False).returncode

    def ended(self) -> tuple[int, str, str]:
        """SIGTERM; the exit status and what was said."""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=LIMIT)
        return self.process.returncode, out, err


@contextmanager
def running(app: Path, folder: Path, *tracing: str) -> Iterator[Running]:
    found = Running(app, folder, list(tracing))
    try:
        assert until(found.health, (0).__eq__) == 0
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
            found.process.communicate()


def test_nothing_is_written_outside_the_data_folder(installed, tmp_path):
    """The root file system may be read-only. It starts first: a later one would not see what it writes."""
    trace = tmp_path / "trace"
    strace = [
        tool("strace"),
        "-D",
        "-f",
        "-z",
        "-qq",
        "-s",
        "4096",
        "-e",
        f"trace={WRITING}",
        "-o",
        str(trace),
    ]
    with running(installed, tmp_path, *strace) as service:
        assert service.ended()[0] == 0
    written = set()
    for line in trace.read_text("utf-8").splitlines():
        if "open" not in line or OPENED_TO_WRITE.search(line):
            written.update(re.findall(r'"([^"]*)"', line))
    assert str(service.data / "stats.db") in written
    assert {path for path in written if not path.startswith((f"{service.data}", "/dev/null"))} == set()


def test_what_the_image_holds_starts_is_well_and_ends_when_told(installed, tmp_path):
    with running(installed, tmp_path) as service:
        status, out, err = service.ended()
    logged = [line for line in err.splitlines() if re.match(r"\d{4}-\d\d-\d\d .* INFO ", line)]
    hints = [line.strip() for line in err.splitlines() if line and line not in logged]
    assert (status, hints[1:]) == (0, ["Set --public-url to the URL at which visitors reach the service."])
    assert hints[0].startswith("For the dashboard's first account, run: ")
    assert hints[0].endswith(f"analytics-service user code --data {service.data}")
    assert f"Data folder:       {service.data}" in out
