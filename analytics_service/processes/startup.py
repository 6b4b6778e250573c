"""What `serve` needs before any process starts: the data folder, the socket, and on a first start a site."""

import errno
import os
import resource
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from analytics_service import __version__
from analytics_service.administering.service_notes import note_start
from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.app.openers import JOURNAL_FOLDER, open_storage
from analytics_service.disk.key_file import read_or_make_key
from analytics_service.disk.locks import lock
from analytics_service.domain.networks import networks
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter, Unavailable
from analytics_service.operating.archive import SECRET_KEY
from analytics_service.operating.lock_holders import (
    PID_FILE,
    SERVE_LOCK,
    URL_FILE,
    find_last_alive,
)
from analytics_service.operating.machine import NETWORK_FILE_SYSTEMS, file_system
from analytics_service.ports.clock import Clock
from analytics_service.ports.databases import Part, PartState
from analytics_service.ports.sites import SiteStore
from analytics_service.processes.operator_files import check_operator_files
from analytics_service.settings import Settings

SOCKET_BACKLOG = 2048
DEMO_DOMAIN = "demo.invalid"


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A folder that is held and a socket that listens; the settings name the port that it got."""

    settings: Settings
    listening: socket.socket
    demo: Site | None
    """The demo site, where there is one."""
    site_count: int
    has_users: bool
    """Whether there is any account of the dashboard."""
    is_read_only: bool
    """Whether the disk takes no writes: figures can be read, and nothing is counted."""


@contextmanager
def prepare_server(settings: Settings, *, clock: Clock) -> Iterator[Server]:
    """Checks the settings, takes the folder, migrates it, and listens. Raises BadParameter, Unavailable."""
    try:
        networks(settings.trusted_proxies)
    except ValueError as error:
        raise BadParameter("trusted-proxy", "value", f"{error}; expected e.g. 10.0.0.0/8") from None
    check_operator_files(settings)
    # A port that is taken leaves no new folder behind.
    listening = None if settings.folder.exists() else _listen(settings)
    last_alive = find_last_alive(settings.folder)
    held = _take_folder(settings.folder)
    try:
        is_read_only = not _write_process_number(settings)
        if not is_read_only:
            open_storage(settings.database).databases.provision()
            read_or_make_key(settings.folder / SECRET_KEY)
        _raise_file_limit()
        listening = listening or _listen(settings)
        settings = msgspec.structs.replace(settings, port=settings.port or listening.getsockname()[1])
        with suppress(OSError):
            (settings.folder / URL_FILE).write_text(f"{settings.url}\n", "utf-8")
        with open_storage(settings.database).open_config() as stores:
            demo = _find_or_add_demo(stores.sites, clock, is_wanted=settings.has_demo)
            site_count = len(stores.sites.sites())
            has_users = stores.users.has_users()
            if not is_read_only:
                note_start(stores.annotations, release=__version__, last_alive=last_alive, at=clock())
        yield Server(
            settings=settings,
            listening=listening,
            demo=demo,
            site_count=site_count,
            has_users=has_users,
            is_read_only=is_read_only,
        )
    finally:
        for name in (PID_FILE, URL_FILE):
            with suppress(OSError):
                (settings.folder / name).unlink(missing_ok=True)
        os.close(held)


def _take_folder(folder: Path) -> int:
    """Creates a data folder where there is none, and returns the descriptor that holds its lock."""
    if (kind := file_system(folder)) in NETWORK_FILE_SYSTEMS:
        raise Unavailable(f"{folder} is on a network file system ({kind}); use a local disk")
    try:
        # One by one: a parent created on the way would be open to everybody.
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True, mode=0o700)
        (folder / JOURNAL_FOLDER).mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"the data folder {folder} cannot be used: {error.strerror}") from error
    held = lock(folder / SERVE_LOCK)
    if held is None:
        raise Unavailable(
            f"{_name_holder(folder)} serves {folder} already; stop it, or name another folder with --data"
        )
    return held


def _write_process_number(settings: Settings) -> bool:
    """Returns whether the folder can be written; False only for figures on a read-only file system."""
    folder = settings.folder
    try:
        (folder / PID_FILE).write_text(f"{os.getpid()}\n")
    except OSError as error:
        is_served = open_storage(settings.database).databases.state_of(Part.STATS) is PartState.CURRENT
        if error.errno == errno.EROFS and is_served:
            return False
        raise Unavailable(f"the data folder {folder} cannot be written: {error.strerror}") from error
    return True


def _name_holder(folder: Path) -> str:
    with suppress(OSError):
        return f"process {(folder / PID_FILE).read_text().strip()}"
    return "another process"


def _raise_file_limit() -> None:
    """Raises the soft limit of open files: each connection is one, and the default of 1,024 is too low."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise Unavailable(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; "
            "choose another port with --port, or another address with --host"
        ) from error
    listening.listen(SOCKET_BACKLOG)
    listening.set_inheritable(True)
    return listening


def _find_or_add_demo(sites: SiteStore, clock: Clock, *, is_wanted: bool) -> Site | None:
    """Returns the demo site, which a first start adds where it is wanted; None where there is none."""
    if sites.has_sites() or not is_wanted:
        return next((site for site in sites.sites() if site.demo), None)
    changes = SiteChanges(name="Demo", host_names=["*"], demo=True)
    return add_site(sites, DEMO_DOMAIN, changes, at=clock(), random=secrets.token_bytes, by="first start")
