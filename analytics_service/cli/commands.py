"""The commands that people type."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from analytics_service import __version__
from analytics_service.administering.sites import SiteWish, add_site, find_site, set_site
from analytics_service.cli import operating
from analytics_service.cli.texts import Data, Json, as_json_text, somebody
from analytics_service.domain.model import Site
from analytics_service.errors import BadParameter, Unavailable
from analytics_service.settings import Settings, read_settings
from analytics_service.storage.sqlite.config import Config, create_config, open_config

app = typer.Typer(
    help="Counts page views, durably and once, and shows who is online.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Rich would take "[default: 8787]" for markup.
    rich_markup_mode=None,
)
sites = typer.Typer(help="Sites: add, change, look at.", no_args_is_help=True)
app.add_typer(sites, name="site")
for command in (
    *(operating.status, operating.doctor, operating.verify),
    *(operating.backup, operating.restore, operating.apply),
):
    app.command()(command)

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


def _show_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Counts page views, durably and once, and shows who is online."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [default: 8787].")] = None,
    data: Data = None,
    public_url: Annotated[str | None, typer.Option(help="Where the world reaches the service.")] = None,
    trusted_proxy: Annotated[
        list[str] | None, typer.Option(help="CIDR of a proxy whose X-Forwarded-For is believed; repeatable.")
    ] = None,
    redis: Annotated[
        str | None, typer.Option(help="redis://host:6379/0; needed for several workers.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Number of workers [default: 1].")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Run the service."""
    from analytics_service.cli.serve import serve as run

    given: dict[str, object] = {
        "host": host,
        "port": port,
        "data": data,
        "public_url": public_url,
        "redis": redis,
        "workers": workers,
    }
    if trusted_proxy:
        given["trusted_proxies"] = [*Settings().trusted_proxies, *trusted_proxy]
    sys.exit(run(read_settings(given, file=config)))


@contextmanager
def _config(data: str | None) -> Iterator[Config]:
    folder = read_settings({"data": data}).folder
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"the data folder {folder} cannot be made: {error.strerror}") from error
    create_config(folder)
    with open_config(folder) as config:
        yield config


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
    wish = SiteWish(
        name=name,
        timezone=timezone,
        week_start=week_start,
        locale=locale,
        host_names=host_name,
        opening_balance=_balance(opening_balance),
        reason=reason,
        public=not private,
    )
    with _config(data) as config:
        site = add_site(config, domain, wish, at=datetime.now(UTC), random=secrets.token_bytes, by=somebody())
    print(as_json_text(_told(site)) if as_json else site.public_id)


@sites.command("set")
def site_set(
    site: Annotated[str, typer.Argument(help="Public id, uuid, number or domain.")],
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
    wish = SiteWish(
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
    with _config(data) as config:
        changed = set_site(config, site, wish, at=datetime.now(UTC), by=somebody())
    print(as_json_text(_told(changed)) if as_json else changed.public_id)


@sites.command("list")
def site_list(as_json: Json = False, data: Data = None) -> None:
    """List all sites."""
    with _config(data) as config:
        found = config.sites()
    if as_json:
        print(as_json_text([_told(site) for site in found]))
    elif not found:
        print("There are no sites yet: analytics-service site add example.vn", file=sys.stderr)
    else:
        for site in found:
            print(f"{site.public_id}\t{site.domain}\t{site.zone}\t{'public' if site.public else 'private'}")


@sites.command("show")
def site_show(
    site: Annotated[str, typer.Argument(help="Public id, uuid, number or domain.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Show one site."""
    with _config(data) as config:
        told = _told(find_site(config, site))
    if as_json:
        print(as_json_text(told))
    else:
        for key, value in told.items():
            print(f"{key + ':':18}{', '.join(map(str, value)) if isinstance(value, list) else value}")
