"""`places update`: fetches a file of regions and cities, only when it is typed."""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from analytics_service.app.clock import read_clock
from analytics_service.cli.folder import check_access, check_owner
from analytics_service.cli.options import Config, Data
from analytics_service.cli.text import format_size
from analytics_service.enrichment.places import credit_of
from analytics_service.errors import BadParameter
from analytics_service.operating.place_file import default_source, replace_places
from analytics_service.settings import read_settings

places = typer.Typer(help="Fetch a file of regions and cities.", no_args_is_help=True)


@places.callback()
def _places() -> None:
    """Fetch a file of regions and cities."""


@places.command("update")
def update(
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Database of places (mmdb, also .gz) [default: DB-IP City Lite of this month, CC BY 4.0].",
            metavar="FILE|URL",
        ),
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Fetch, check and use a database of regions and cities."""
    settings = read_settings({"data": data}, file=config)
    check_access(settings.folder)
    check_owner(settings)
    file = settings.places_file
    had_places = settings.has_places
    if not file.parent.is_dir():
        raise BadParameter(
            "data", "value", f"there is no folder {file.parent}; run the service once, or make it"
        )
    # A month's file may appear only some days after its first.
    wanted = source or default_source((read_clock() - timedelta(days=3)).date())
    print(f"Fetching {wanted} …", file=sys.stderr)
    kind = replace_places(wanted, file)
    print(f"{file}: {kind}, {format_size(file.stat().st_size)}")
    if credit := credit_of(kind):
        print(f"Its licence wants this named where you show figures of places: {credit.text}, {credit.url}")
    print("Used within a minute" if had_places else "Used from the next start of the service")
