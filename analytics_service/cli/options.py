"""Options that commands share."""

import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

from analytics_service.administering.audit import command_line
from analytics_service.administering.site_administration import SiteAdministration
from analytics_service.app.clock import read_clock
from analytics_service.ports.storage import ConfigStores

Data = Annotated[
    str | None,
    typer.Option("--data", help="Data folder (or ANALYTICS_DATA).", show_default=False, metavar="FOLDER"),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="TOML file of settings (or ANALYTICS_CONFIG).", show_default=False, metavar="FILE"
    ),
]
PublicUrl = Annotated[
    str | None, typer.Option(help="URL at which visitors reach the service.", metavar="URL")
]
SiteName = Annotated[str, typer.Argument(help="Public id, uuid, number or domain.", metavar="SITE")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def current_user() -> str:
    """Returns the name of the user who runs the command, or their number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def administer_sites(stores: ConfigStores) -> SiteAdministration:
    """Returns what changes sites in the name of the user who runs the command."""
    return SiteAdministration(stores, command_line(current_user()), read_clock())
