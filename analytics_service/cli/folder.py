"""The data folder as a command finds it: whose it is, of which release, and whether anybody serves it."""

import errno
import os
import pwd
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from analytics_service.disk.locks import lock
from analytics_service.errors import Unavailable
from analytics_service.settings import Settings, default_data, read_settings
from analytics_service.storage.sqlite.provisioning import CONFIG, STATS, Kind, check_release

PROGRAM = "analytics-service"


def settings_in_use(
    data: str | None, config: Path | None = None, *, of: tuple[Kind, ...] = (CONFIG,)
) -> Settings:
    """The settings of a folder whose databases are there and of this release. Raises Unavailable, OSError."""
    settings = settings_of_some_release(data, config)
    for kind in of:
        check_release(settings.folder, kind)
    return settings


def settings_of_some_release(data: str | None, config: Path | None = None) -> Settings:
    """The settings of a folder in which there is something already. Raises Unavailable, OSError."""
    settings = read_settings({"data": data}, file=config)
    check_access(settings.folder)
    names = [name for kind in (CONFIG, STATS) for name in (kind.file, kind.marker)]
    if not any((settings.folder / name).exists() for name in names):
        raise Unavailable(f"nothing was ever served from {settings.folder}; name the data folder with --data")
    return settings


def settings_for_writing(data: str | None) -> Settings:
    """The same for who changes something there; warns where the files would become root's."""
    settings = settings_in_use(data)
    warn_root(settings.folder)
    return settings


def check_access(folder: Path) -> None:
    """Raises PermissionError for a folder that this user may not look into."""
    try:
        folder.stat()
    except FileNotFoundError:
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def warn_root(folder: Path) -> None:
    """Says that what root makes in somebody else's folder is closed to its owner."""
    owner = folder.stat().st_uid
    if os.geteuid() == 0 and owner != 0:
        print(f"{folder} belongs to {name_of(owner)}: {_as_user(owner)}", file=sys.stderr)


def server_of(folder: Path) -> int | None:
    """The process that serves a folder; 0 where its number is not known, None where nobody serves."""
    if not is_held(folder / "serve.lock"):
        return None
    with suppress(OSError, ValueError):
        return int((folder / "serve.pid").read_text())
    return 0


def is_held(path: Path) -> bool:
    """Whether a process holds that lock."""
    if not path.exists():
        return False
    held = lock(path)
    if held is None:
        return True
    os.close(held)
    return False


def command(*words: str, data: Path) -> str:
    """A command line that works where it is pasted: this program, and the folder unless it is usual."""
    named = [] if str(data) == default_data(os.environ) else ["--data", str(data.absolute())]
    return shlex.join([*_program(), *words, *named])


def _program() -> list[str]:
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return [sys.executable, "-m", "analytics_service"]
    found = shutil.which(PROGRAM)
    if found is not None and os.path.samefile(found, started):
        return [PROGRAM]
    return [os.path.abspath(started)]


def explained(error: OSError) -> str:
    """What the operating system refused, in a sentence with the way out."""
    problem = f"{error.filename}: {error.strerror}" if error.filename else f"{error.strerror or error}"
    if not isinstance(error, PermissionError) or not error.filename:
        return problem
    place = Path(os.fsdecode(error.filename)).absolute()
    for folder in (place, *place.parents):
        try:
            owner = folder.stat().st_uid
        except OSError:
            continue
        if owner != os.geteuid():
            return f"{folder} belongs to {name_of(owner)}: {_as_user(owner)}"
        return f"{folder} is closed to its own user: chmod u+rwX {shlex.quote(str(folder))}"
    return problem


def _as_user(owner: int) -> str:
    started = shlex.join([*_program(), *sys.argv[1:]])
    return f"run this as that user: sudo -u {name_of(owner)} {started}"


def name_of(user: int) -> str:
    """A user's name, or `#` and the number where the system knows none: sudo takes both."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"
