"""The data folder of a command: its settings, its owner, and command lines that work in it."""

import errno
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

from analytics_service.app.openers import open_storage
from analytics_service.errors import BadParameter, Unavailable
from analytics_service.operating.machine import user_name
from analytics_service.ports.databases import Part
from analytics_service.settings import Settings, default_data, read_settings

PROGRAM = "analytics-service"
_COMMAND = re.compile(
    r"`(?:analytics-service )?"
    r"((?:(?:site|key|drops|user|session|places) [a-z-]+|restore|backup|verify|status|apply|doctor|serve)"
    r"(?: [^`]*)?)`"
)


def settings_in_use(data: str | None, config: Path | None, *parts: Part) -> Settings:
    """Returns the settings of a folder whose databases (none named: sites) exist and are of this release.

    Raises Unavailable, and PermissionError for a folder of another user.
    """
    settings = settings_of_any_release(data, config)
    open_storage(settings.database).databases.check_release(*(parts or (Part.CONFIG,)))
    return settings


def settings_of_any_release(data: str | None, config: Path | None) -> Settings:
    """Returns the settings of a folder in which something was stored. Raises Unavailable, PermissionError."""
    settings = read_settings({"data": data}, file=config)
    check_access(settings.folder)
    if not open_storage(settings.database).databases.was_provisioned():
        raise Unavailable(f"nothing was ever served from {settings.folder}; name the data folder with --data")
    return settings


def settings_for_writing(data: str | None, config: Path | None, *parts: Part) -> Settings:
    """Returns the settings of a folder in which something is to be changed; the parts as `settings_in_use`.

    Raises Unavailable, and PermissionError for a folder of another user, also to root.
    """
    check_owner(settings_of_any_release(data, config))
    return settings_in_use(data, config, *parts)


def check_access(folder: Path) -> None:
    """Raises PermissionError for a folder that this user may not open."""
    try:
        folder.stat()
    except FileNotFoundError:
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def check_owner(settings: Settings) -> None:
    """Raises Unavailable for root where another user owns the data, who could not use root's files."""
    folder = settings.folder
    for place in (folder / open_storage(settings.database).databases.name_of(Part.CONFIG), folder):
        if os.geteuid() == 0 and place.exists():
            owner = place.stat().st_uid
            if owner:
                raise Unavailable(f"{folder} belongs to {user_name(owner)}: {_as_user(owner)}")
            return


def format_command(*words: str, data: Path) -> str:
    """Returns a command line that works where it is pasted; it names a folder that is not the default."""
    option = [] if str(data) == default_data(os.environ) else ["--data", str(data.absolute())]
    return shlex.join([*_program(), *words, *option])


def complete_commands(text: str) -> str:
    """Returns a message in which each command between `` works where it is pasted."""
    folder = _folder_in_use()

    def complete(found: re.Match[str]) -> str:
        try:
            return f"`{format_command(*shlex.split(found[1]), data=folder)}`"
        except ValueError:
            # What somebody typed stands in the message, and is no command of ours.
            return found[0]

    return _COMMAND.sub(complete, text)


def _folder_in_use() -> Path:
    """Returns the data folder of the command that runs, as far as its words tell."""
    named: dict[str, str] = {}
    for word, following in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        for option in ("--data", "--config"):
            if word == option:
                named[option] = following
            elif word.startswith(f"{option}="):
                named[option] = word.partition("=")[2]
    config = named.get("--config")
    try:
        return read_settings({"data": named.get("--data")}, file=Path(config) if config else None).folder
    except BadParameter:
        return Path(named.get("--data") or default_data(os.environ))


def _program() -> list[str]:
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return [sys.executable, "-m", "analytics_service"]
    on_path = shutil.which(PROGRAM)
    if on_path is not None and os.path.samefile(on_path, started):
        return [PROGRAM]
    return [os.path.abspath(started)]


def explain_os_error(error: OSError) -> str:
    """Returns one sentence that says what the operating system refused, and what to do about it."""
    problem = f"{error.filename}: {error.strerror}" if error.filename else f"{error.strerror or error}"
    if not isinstance(error, PermissionError) or not error.filename:
        return problem
    place = Path(os.fsdecode(error.filename)).absolute()
    for folder in (place, *place.parents):
        try:
            owner = folder.stat().st_uid
        except OSError:
            continue
        if not owner and os.geteuid() and sys.argv[1:2] == ["serve"]:
            give = f"give it to the service's user: chown -R USER {shlex.quote(str(folder))}"
            return f"{folder} belongs to root: name another folder with --data, or {give}"
        if owner != os.geteuid():
            return f"{folder} belongs to {user_name(owner)}: {_as_user(owner)}"
        return f"{folder} cannot be opened by its owner: chmod u+rwX {shlex.quote(str(folder))}"
    return problem


def _as_user(owner: int) -> str:
    started = shlex.join([*_program(), *sys.argv[1:]])
    return f"run this as that user: sudo -u {user_name(owner)} {started}"
