"""`serve`: makes the files, listens, and hands both to the supervisor."""

import errno
import os
import resource
import secrets
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent

import msgspec

from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.cli.folder import command
from analytics_service.disk.locks import lock
from analytics_service.domain.networks import networks
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter, Unavailable
from analytics_service.operating.machine import NETWORK_FILE_SYSTEMS, file_system
from analytics_service.processes.operator_files import check_operator_files
from analytics_service.processes.supervisor import Supervisor
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import Config, create_config, open_config
from analytics_service.storage.sqlite.provisioning import STATS
from analytics_service.storage.sqlite.stats import create_stats
from analytics_service.web.snippet import tracker_tags, widget_tags

BACKLOG = 2048
DEMO_DOMAIN = "demo.invalid"
PID = "serve.pid"


def serve(settings: Settings) -> int:
    """Runs until it is told to stop; returns the exit status."""
    try:
        networks(settings.trusted_proxies)
    except ValueError as error:
        raise BadParameter("trusted-proxy", "value", f"{error}; one is 10.0.0.0/8") from None
    check_operator_files(settings)
    held = _take(settings)
    _raise_file_limit()
    try:
        listening = _listen(settings)
        with open_config(settings.folder) as config:
            demo = _demo(config)
            if settings.port == 0:
                settings = _on(settings, listening.getsockname()[1])
            _print_welcome(settings, demo, len(config.sites()))
        return Supervisor(settings, listening).run()
    finally:
        os.close(held)


def _take(settings: Settings) -> int:
    """The folder's lock, with all files made and migrated."""
    folder = settings.folder
    if (kind := file_system(folder)) in NETWORK_FILE_SYSTEMS:
        raise Unavailable(f"{folder} is on a network file system ({kind}); use a local disk")
    try:
        # One by one: a parent that is made on the way would be open to everybody.
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True, mode=0o700)
        (folder / "journal").mkdir(exist_ok=True, mode=0o700)
        held = lock(folder / "serve.lock")
    except OSError as error:
        raise Unavailable(f"the data folder {folder} cannot be used: {error.strerror}") from error
    if held is None:
        raise Unavailable(
            f"{_holder(folder)} serves {folder} already; "
            "stop it, or give this one a folder of its own with --data"
        )
    try:
        (folder / PID).write_text(f"{os.getpid()}\n")
    except OSError as error:
        if error.errno != errno.EROFS or not (folder / STATS.file).exists():
            raise Unavailable(f"the data folder {folder} cannot be written: {error.strerror}") from error
        print(
            f"\n  {folder} can only be read: no beacon is accepted, and figures stand still.",
            file=sys.stderr,
        )
        return held
    create_config(folder)
    create_stats(folder)
    return held


def _holder(folder: Path) -> str:
    with suppress(OSError):
        return f"process {(folder / PID).read_text().strip()}"
    return "another process"


def _raise_file_limit() -> None:
    """Every connection is an open file, and the usual limit of 1,024 is for interactive programs."""
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
            f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}; "
            "choose another with --port, or another address with --host"
        ) from error
    listening.listen(BACKLOG)
    listening.set_inheritable(True)
    return listening


def _on(settings: Settings, port: int) -> Settings:
    return msgspec.structs.replace(settings, port=port)


def _demo(config: Config) -> Site | None:
    """On a first start, a site to try things with."""
    if config.has_sites():
        return next((site for site in config.sites() if site.demo), None)
    changes = SiteChanges(name="Demo", host_names=["*"], demo=True)
    return add_site(
        config,
        DEMO_DOMAIN,
        changes,
        at=datetime.now(UTC),
        random=secrets.token_bytes,
        by="first start",
    )


def _print_welcome(settings: Settings, demo: Site | None, count: int) -> None:
    url = settings.url
    lines = [f"\n  Visitor analytics: {url}"]
    if settings.public_url:
        lines.append(f"  Listens on:        {settings.listens_on}")
    lines.append(f"  Data folder:       {settings.folder}")
    if demo is not None:
        lines += [
            f"  Look here first:   {url}/demo",
            "",
            "  The snippet for a page (this one counts for the demo site):",
            indent(tracker_tags(url, demo.public_id), "    "),
            "  The widget:",
            indent(widget_tags(url, {"site": demo.public_id}), "    "),
            f"  Put one together:  {url}/widget",
        ]
    if count <= 1:
        add = command("site", "add", "your-domain.vn", data=settings.folder)
        lines += ["", f"  Next: {add}   (prints the id for data-site)"]
    print("\n".join(lines) + "\n", flush=True)
    if settings.host not in ("127.0.0.1", "::1", "localhost") and not settings.public_url:
        print("  Set --public-url to the address that visitors reach.\n", file=sys.stderr, flush=True)
