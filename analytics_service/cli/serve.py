"""`serve`: prints where the service can be reached, and runs it."""

import logging
import secrets
import sys
from textwrap import indent

from analytics_service.administering.audit import Actor
from analytics_service.administering.one_time import make_first_code
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.folder import format_command
from analytics_service.logs import set_up_logging
from analytics_service.processes.startup import Server, prepare_server
from analytics_service.processes.supervisor import Supervisor
from analytics_service.settings import LOOPBACK, Settings
from analytics_service.web.snippet import tracker_tags, widget_tags

log = logging.getLogger(__name__)


def run_service(settings: Settings) -> int:
    """Runs the service until SIGTERM or SIGINT; returns the exit status. Raises AnalyticsError."""
    set_up_logging(settings.log, "serve")
    with prepare_server(settings, clock=read_clock) as server:
        _print_welcome(server)
        return Supervisor(server.settings, server.listening).run()


def _print_first_account(settings: Settings) -> None:
    """Says how the first account is made; the code itself is shown to nobody but who sits at a terminal."""
    if not sys.stderr.isatty():
        command = format_command("user", "code", data=settings.folder)
        _hint(settings, f"For the dashboard's first account, run: {command}")
        return
    with open_storage(settings.database).open_config() as stores:
        actor = Actor("first start")
        code = make_first_code(stores, actor=actor, at=read_clock(), random=secrets.token_bytes)
    address = settings.dashboard_url or settings.url
    lines = [f"  The dashboard's first account is made at {address}/setup", f"  with the code {code}", ""]
    print("\n".join(lines), file=sys.stderr, flush=True)


def _print_welcome(server: Server) -> None:
    settings = server.settings
    url = settings.url
    lines = [f"\n  Visitor analytics: {url}"]
    if settings.public_url:
        lines.append(f"  Listens on:        {settings.listens_on}")
    lines.append(f"  Data folder:       {settings.folder}")
    if server.demo is not None:
        lines += [
            f"  Try it out:        {url}/demo",
            "",
            "  The snippet for a page (this one counts for the demo site):",
            indent(tracker_tags(url, server.demo.public_id), "    "),
            "  The widget:",
            indent(widget_tags(url, {"site": server.demo.public_id}), "    "),
            f"  Widget builder:    {url}/widget",
        ]
    if server.site_count <= 1:
        add = format_command("site", "add", "your-domain.vn", data=settings.folder)
        lines += ["", f"  Next: {add}   (prints the id for data-site)"]
    print("\n".join(lines) + "\n", flush=True)
    if not server.has_users and not server.is_read_only:
        _print_first_account(settings)
    if server.is_read_only:
        warning = f"{settings.folder} is read-only: beacons are refused, and figures stay as they are."
        _hint(settings, warning)
    if settings.host not in LOOPBACK and not settings.public_url:
        warning = "Set --public-url to the URL at which visitors reach the service."
        _hint(settings, warning)


def _hint(settings: Settings, text: str) -> None:
    """Tells whoever started the service; a log of objects gets an object."""
    if settings.log == "json":
        log.info("%s", text)
    else:
        print(f"  {text}\n", file=sys.stderr, flush=True)
