"""`site delete` and `site restore`: a site ends at once, and can be brought back for some days."""

import secrets
import sys
from typing import Annotated

import typer

from analytics_service.administering.deletion import check_confirmation
from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.confirmation import ask_for_text
from analytics_service.cli.folder import format_command, settings_for_writing
from analytics_service.cli.options import Config, Data, SiteName, administer_sites
from analytics_service.domain.site import FORMER_ID_RETENTION


def site_delete(
    site: SiteName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, as for scripts.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Delete a site and, after 7 days, all its figures."""
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        found = find_site(stores.sites, site, read_clock())
        if not yes:
            question = f"This deletes {found.domain} and all its figures. To go on, type its domain:"
            check_confirmation(found, ask_for_text(question))
        deleted = administer_sites(stores).delete(found.public_id)
    print(f"{deleted.domain} is deleted: nothing is counted for it, and nobody can read its figures")
    if deleted.deletion is not None:
        restore = format_command("site", "restore", deleted.domain, data=settings.folder)
        end = f"{deleted.deletion.ends_at:%Y-%m-%d %H:%M} UTC"
        print(f"Until {end} it can be brought back: {restore}", file=sys.stderr)


def site_restore(site: SiteName, data: Data = None, config: Config = None) -> None:
    """Bring a deleted site back, within 7 days."""
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        restored = administer_sites(stores).restore(site)
    print(f"{restored.domain} is back under its id {restored.public_id}")


def site_new_id(site: SiteName, data: Data = None, config: Config = None) -> None:
    """Give a site another public id, and print it."""
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        renewed = administer_sites(stores).renew_id(site, secrets.token_bytes)
    print(renewed.public_id)
    snippet = format_command("site", "snippet", renewed.public_id, data=settings.folder)
    print(
        f"The old id {renewed.former_ids[-1].public_id} works for {FORMER_ID_RETENTION.days} days. "
        f"The new code for the pages: {snippet}",
        file=sys.stderr,
    )
