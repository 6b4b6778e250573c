"""`audit`: prints who did what in the dashboard and on the command line."""

import sys
from typing import Annotated

import typer

from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.folder import settings_in_use
from analytics_service.cli.options import Config, Data, Json
from analytics_service.cli.text import format_json
from analytics_service.domain.audit import Entry


def audit(
    site: Annotated[str | None, typer.Option(help="Only what concerns this site.", metavar="SITE")] = None,
    limit: Annotated[int, typer.Option(help="How many entries, newest first.", min=1, max=100_000)] = 50,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show who did what, newest first."""
    settings = settings_in_use(data, config)
    with open_storage(settings.database).open_config() as stores:
        number = find_site(stores.sites, site, read_clock()).number if site is not None else None
        entries = stores.audit.entries(limit=limit, site=number)
    if as_json:
        print(format_json([_fields(entry) for entry in entries]))
        return
    for entry in entries:
        details = " ".join(f"{name}={value}" for name, value in entry.details.items())
        parts = (
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            entry.event.value,
            entry.subject,
            f"by {entry.by or 'nobody known'}",
        )
        print("  ".join(part for part in (*parts, details) if part))
    if not entries:
        print("Nothing is written down yet.", file=sys.stderr)


def _fields(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="seconds"),
        "by": entry.by,
        "event": entry.event.value,
        "subject": entry.subject,
        "site": entry.site,
        "details": dict(entry.details),
        "country": entry.country,
        "browser": entry.browser,
    }
