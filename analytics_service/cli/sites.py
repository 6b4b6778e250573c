"""`site`: adds, changes, lists and shows sites, and prints the code for their pages."""

import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from analytics_service import __version__
from analytics_service.administering.opening_balances import BalanceChanges
from analytics_service.administering.sites import SiteChanges, find_site, make_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.deletion import site_delete, site_new_id, site_restore
from analytics_service.cli.folder import (
    check_access,
    check_owner,
    format_command,
    settings_for_writing,
    settings_in_use,
)
from analytics_service.cli.options import Config, Data, Json, PublicUrl, SiteName, administer_sites
from analytics_service.cli.page_code import find_service_url, print_next_steps
from analytics_service.cli.peak import site_peak
from analytics_service.cli.rules import site_counter, site_rules
from analytics_service.cli.site_check import site_check
from analytics_service.cli.site_fields import format_site, list_site_fields
from analytics_service.cli.text import format_json
from analytics_service.domain.periods import zone_at
from analytics_service.errors import BadParameter
from analytics_service.ports.databases import Part, PartState
from analytics_service.settings import Settings, read_settings
from analytics_service.web.assets import integrity
from analytics_service.web.snippet import tracker_tags, widget_tags

sites = typer.Typer(help="Add, change, list and show sites.", no_args_is_help=True)

Name = Annotated[str | None, typer.Option(help="Name shown to readers.")]
Zone = Annotated[str | None, typer.Option(help="Time zone of the site's days [default: Asia/Ho_Chi_Minh].")]
Week = Annotated[str | None, typer.Option(help="First day of the week: monday or sunday.")]
Locale = Annotated[str | None, typer.Option(help="Language of the widget: vi or en.")]
Hosts = Annotated[
    list[str] | None,
    typer.Option(
        "--host-name",
        help="Another host name that counts, added to the others; repeatable; may begin with `*.`.",
    ),
]
Balance = Annotated[
    str | None,
    typer.Option(help="What was counted elsewhere before, as in visits=1461664,pageviews=2000000."),
]
NewDomain = Annotated[
    str | None, typer.Option(help="The new domain; pages of the old one go on counting.", metavar="HOST")
]
RemovedHosts = Annotated[
    list[str] | None, typer.Option(help="A host name that no longer counts; repeatable.")
]
Adds = Annotated[
    bool,
    typer.Option("--add", help="Add to the opening balance that there is, instead of setting it."),
]
Public = Annotated[bool | None, typer.Option("--public/--private", help="Who may read the counter.")]
Paused = Annotated[bool | None, typer.Option("--pause/--resume", help="Stop or resume counting.")]
Reason = Annotated[str, typer.Option(help="Where the opening balance comes from.")]


def _prepare_folder(data: str | None, config: Path | None) -> Settings:
    """Returns the settings for a new site; creates the folder where there is none, before the first start."""
    settings = read_settings({"data": data}, file=config)
    check_access(settings.folder)
    check_owner(settings)
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    databases = open_storage(settings.database).databases
    if databases.state_of(Part.CONFIG) is PartState.ABSENT:
        databases.provision(Part.CONFIG)
    else:
        databases.check_release(Part.CONFIG)
    return settings


def _parse_balance(text: str | None, reason: str, *, adds: bool = False) -> BalanceChanges:
    balance: dict[str, int] = {}
    if not text:
        return BalanceChanges()
    for part in text.split(","):
        metric, equals, value = part.partition("=")
        digits = value.strip()
        if not equals or not digits.removeprefix("-").isdecimal() or len(digits) > 20:
            problem = f"{text!r} is not METRIC=NUMBER,METRIC=NUMBER with plain digits, as in visits=1461664"
            raise BadParameter("opening-balance", "value", problem)
        balance[metric.strip()] = int(digits)
    return BalanceChanges(values=balance, adds=adds, reason=reason)


@sites.command("add")
def site_add(
    domain: Annotated[str, typer.Argument(help="The site's domain, as in cantho.example.vn.")],
    name: Name = None,
    timezone: Zone = None,
    week_start: Week = None,
    locale: Locale = None,
    host_name: Hosts = None,
    opening_balance: Balance = None,
    reason: Reason = "",
    private: Annotated[bool, typer.Option("--private", help="Nobody may read the counter.")] = False,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a site and print its public id."""
    changes = SiteChanges(
        name=name,
        timezone=timezone,
        week_start=week_start,
        locale=locale,
        host_names=host_name or (),
        opening_balance=_parse_balance(opening_balance, reason),
        public=not private,
    )
    # What is wrong is said before a folder is made.
    make_site(domain, changes, at=read_clock(), random=secrets.token_bytes, by="")
    settings = _prepare_folder(data, config)
    with open_storage(settings.database).open_config() as stores:
        site = administer_sites(stores).add(domain, changes, secrets.token_bytes)
    print(format_json(list_site_fields(site, read_clock())) if as_json else site.public_id)
    print_next_steps(site, settings)


@sites.command("set")
def site_set(
    site: SiteName,
    name: Name = None,
    domain: NewDomain = None,
    timezone: Zone = None,
    week_start: Week = None,
    locale: Locale = None,
    host_name: Hosts = None,
    remove_host_name: RemovedHosts = None,
    opening_balance: Balance = None,
    add: Adds = False,
    reason: Reason = "",
    public: Public = None,
    paused: Paused = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Change a site. What is not named stays as it is."""
    changes = SiteChanges(
        name=name,
        domain=domain,
        timezone=timezone,
        week_start=week_start,
        locale=locale,
        host_names=host_name or (),
        removed_host_names=remove_host_name or (),
        opening_balance=_parse_balance(opening_balance, reason, adds=add),
        public=public,
        paused=paused,
    )
    if changes == SiteChanges():
        raise BadParameter("site set", "value", "nothing to change; see `site set --help`")
    with open_storage(settings_for_writing(data, config).database).open_config() as stores:
        changed = administer_sites(stores).change(site, changes)
    print(format_json(list_site_fields(changed, read_clock())) if as_json else changed.public_id)


@sites.command("list")
def site_list(
    deleted: Annotated[
        bool, typer.Option("--deleted", help="Those that can be restored, with the end of that time.")
    ] = False,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """List all sites with id, domain, time zone and access."""
    settings = settings_in_use(data, config)
    with open_storage(settings.database).open_config() as stores:
        every = stores.sites.deleted_sites() if deleted else stores.sites.sites()
    if as_json:
        print(format_json([list_site_fields(site, read_clock()) for site in every]))
    elif deleted:
        for site in every:
            if site.deletion is not None:
                print(f"{site.public_id}\t{site.domain}\t{site.deletion.ends_at:%Y-%m-%d %H:%M} UTC")
    elif not every:
        add = format_command("site", "add", "example.vn", data=settings.folder)
        print(f"There are no sites yet; add one with: {add}", file=sys.stderr)
    else:
        for site in every:
            access = "public" if site.public else "private"
            print(f"{site.public_id}\t{site.domain}\t{zone_at(read_clock(), site.zones)}\t{access}")


@sites.command("show")
def site_show(
    site: SiteName,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show all settings of one site."""
    with open_storage(settings_in_use(data, config).database).open_config() as stores:
        found = find_site(stores.sites, site, read_clock())
    if as_json:
        print(format_json(list_site_fields(found, read_clock())))
    else:
        print("\n".join(format_site(found, read_clock())))


@sites.command("snippet")
def site_snippet(
    site: SiteName,
    public_url: PublicUrl = None,
    pinned: Annotated[
        bool, typer.Option("--pinned", help="This release's script, with its integrity hash.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print the HTML of snippet and widget for a site's pages."""
    settings_in_use(data, config)
    settings = read_settings({"data": data, "public_url": public_url}, file=config)
    url = find_service_url(settings) or settings.url
    with open_storage(settings.database).open_config() as stores:
        public_id = find_site(stores.sites, site, read_clock()).public_id
    release = (__version__, integrity(__version__)) if pinned else None
    print(tracker_tags(url, public_id, release))
    print(widget_tags(url, {"site": public_id}))
    if not settings.public_url and not url.startswith("https://"):
        print("Set --public-url to the URL at which visitors reach the service.", file=sys.stderr)


sites.command("rules")(site_rules)
sites.command("counter")(site_counter)
sites.command("peak")(site_peak)
sites.command("check")(site_check)
sites.command("delete")(site_delete)
sites.command("restore")(site_restore)
sites.command("new-id")(site_new_id)
