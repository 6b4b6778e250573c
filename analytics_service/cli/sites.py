"""`site`: add, change, look at."""

import secrets
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from analytics_service import __version__
from analytics_service.administering.sites import SiteChanges, add_site, find_site, set_site
from analytics_service.cli.folder import (
    check_access,
    command,
    server_of,
    settings_for_writing,
    settings_in_use,
    warn_root,
)
from analytics_service.cli.options import Data, Json, Which, as_json_text, current_user
from analytics_service.cli.rules import in_full, site_counter, site_rules
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.settings import Settings, read_settings
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.provisioning import CONFIG, check_release
from analytics_service.web.assets import integrity
from analytics_service.web.snippet import tracker_tags, widget_tags

sites = typer.Typer(help="Sites: add, change, look at.", no_args_is_help=True)

Name = Annotated[str | None, typer.Option(help="Name shown to people.")]
Zone = Annotated[str | None, typer.Option(help="Time zone of the site's days [default: Asia/Ho_Chi_Minh].")]
Week = Annotated[str | None, typer.Option(help="First day of the week: monday or sunday.")]
Locale = Annotated[str | None, typer.Option(help="Language of the widget: vi or en.")]
Hosts = Annotated[
    list[str] | None,
    typer.Option("--host-name", help="A further host name that counts; may be repeated; `*.` allowed."),
]
Balance = Annotated[
    str | None,
    typer.Option(help="What was counted elsewhere before: visits=1461664,pageviews=…"),
]
Reason = Annotated[str, typer.Option(help="Where the opening balance comes from.")]


def _made(data: str | None) -> Settings:
    """The folder for a new site, made where there is none: sites may come before the first start."""
    settings = read_settings({"data": data})
    check_access(settings.folder)
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    warn_root(settings.folder)
    if (settings.folder / CONFIG.file).exists():
        check_release(settings.folder, CONFIG)
    else:
        create_config(settings.folder)
    return settings


def _balance(text: str | None) -> dict[str, int] | None:
    if not text:
        return None
    found: dict[str, int] = {}
    for part in text.split(","):
        metric, equals, value = part.partition("=")
        digits = value.strip()
        if not equals or not digits.removeprefix("-").isdecimal() or len(digits) > 20:
            raise BadParameter(
                "opening-balance", "value", f"{part!r} is not METRIC=NUMBER, as in visits=1461664"
            )
        found[metric.strip()] = int(digits)
    return found


def _told(site: Site) -> dict[str, object]:
    return {
        "public_id": site.public_id,
        "uuid": site.uuid,
        "number": site.number,
        "domain": site.domain,
        "name": site.name,
        "timezone": site.zone,
        "week_start": site.week_start.value,
        "locale": site.locale,
        "host_names": sorted(site.host_names),
        "public": site.public,
        "paused": site.paused,
        "rules": in_full(site.rules),
        "counter": in_full(site.counter),
        "opening_balances": [
            {
                "metric": balance.metric.value,
                "value": balance.value,
                "reason": balance.reason,
                "entered_at": balance.entered_at.isoformat(),
                "entered_by": balance.entered_by,
            }
            for balance in site.opening_balances
        ],
    }


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
) -> None:
    """Add a site; prints its public id."""
    changes = SiteChanges(
        name=name,
        timezone=timezone,
        week_start=week_start,
        locale=locale,
        host_names=host_name,
        opening_balance=_balance(opening_balance),
        reason=reason,
        public=not private,
    )
    settings = _made(data)
    with open_config(settings.folder) as config:
        site = add_site(
            config, domain, changes, at=datetime.now(UTC), random=secrets.token_bytes, by=current_user()
        )
    print(as_json_text(_told(site)) if as_json else site.public_id)
    if server_of(settings.folder) is None:
        start = command("serve", data=settings.folder)
        print(f"Added in {settings.folder}, which nobody serves: {start}", file=sys.stderr)


@sites.command("set")
def site_set(
    site: Which,
    name: Name = None,
    timezone: Zone = None,
    week_start: Week = None,
    locale: Locale = None,
    host_name: Hosts = None,
    opening_balance: Balance = None,
    reason: Reason = "",
    public: Annotated[
        bool | None, typer.Option("--public/--private", help="Who may read the counter.")
    ] = None,
    paused: Annotated[bool | None, typer.Option("--pause/--resume", help="Stop or resume counting.")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Change a site; what is not named stays."""
    changes = SiteChanges(
        name=name,
        timezone=timezone,
        week_start=week_start,
        locale=locale,
        host_names=host_name,
        opening_balance=_balance(opening_balance),
        reason=reason,
        public=public,
        paused=paused,
    )
    with open_config(settings_for_writing(data).folder) as config:
        changed = set_site(config, site, changes, at=datetime.now(UTC), by=current_user())
    print(as_json_text(_told(changed)) if as_json else changed.public_id)


@sites.command("list")
def site_list(as_json: Json = False, data: Data = None) -> None:
    """List all sites."""
    settings = settings_in_use(data)
    with open_config(settings.folder) as config:
        found = config.sites()
    if as_json:
        print(as_json_text([_told(site) for site in found]))
    elif not found:
        add = command("site", "add", "example.vn", data=settings.folder)
        print(f"There are no sites yet: {add}", file=sys.stderr)
    else:
        for site in found:
            print(f"{site.public_id}\t{site.domain}\t{site.zone}\t{'public' if site.public else 'private'}")


@sites.command("show")
def site_show(
    site: Which,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Show one site."""
    with open_config(settings_in_use(data).folder) as config:
        told = _told(find_site(config, site))
    if as_json:
        print(as_json_text(told))
    else:
        for key, value in told.items():
            print(f"{key + ':':18}{', '.join(map(str, value)) if isinstance(value, list) else value}")


@sites.command("snippet")
def site_snippet(
    site: Which,
    public_url: Annotated[str | None, typer.Option(help="Where the world reaches the service.")] = None,
    pinned: Annotated[bool, typer.Option("--pinned", help="This release for ever, with integrity.")] = False,
    data: Data = None,
) -> None:
    """Print what the pages of a site carry: the snippet and the widget."""
    settings_in_use(data)
    settings = read_settings({"data": data, "public_url": public_url})
    with open_config(settings.folder) as config:
        public_id = find_site(config, site).public_id
    release = (__version__, integrity(__version__)) if pinned else None
    print(tracker_tags(settings.url, public_id, release))
    print(widget_tags(settings.url, {"site": public_id}))
    if not settings.public_url:
        print("Set --public-url to the address that visitors reach.", file=sys.stderr)


sites.command("rules")(site_rules)
sites.command("counter")(site_counter)
