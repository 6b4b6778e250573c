"""`site peak`: takes back a record of visitors online that somebody forged."""

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from analytics_service.administering.reviews import parse_day
from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.confirmation import ask
from analytics_service.cli.folder import settings_for_writing
from analytics_service.cli.options import Config, Data, SiteName
from analytics_service.cli.tasks import carry_out
from analytics_service.domain.site import Site
from analytics_service.domain.tasks import TaskKind
from analytics_service.errors import BadParameter
from analytics_service.ports.databases import Part


def site_peak(
    site: SiteName,
    reset: Annotated[bool, typer.Option("--reset", help="Take the record back.")] = False,
    first: Annotated[
        str | None,
        typer.Option("--from", help="Only records from this day on [default: all].", metavar="DAY"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, as for scripts.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Take back a forged record of visitors online.

    An earlier record of the last year takes its place.
    """
    if not reset:
        raise BadParameter("reset", "value", "add --reset to take the record back")
    settings = settings_for_writing(data, config, Part.CONFIG, Part.STATS)
    with open_storage(settings.database).open_config() as stores:
        found = find_site(stores.sites, site, read_clock())
    day = parse_day("from", first)
    if not yes:
        ask(f"Take back the record of {found.domain}{f' from {day} on' if day else ''}?")
    since_ms = _first_instant_ms(found, day) if day else 0
    answer = carry_out(settings, TaskKind.RESET_PEAK, {"site": found.number, "since_ms": since_ms})
    print(f"The record of {found.domain} is now {answer['peak']} online")


def _first_instant_ms(site: Site, day: date) -> int:
    """Returns when a local day begins, in milliseconds since 1970."""
    zone = [since.zone for since in site.zones if since.day <= day][-1]
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)
