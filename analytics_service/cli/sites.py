"""`site`: add, change, look at."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from analytics_service import __version__
from analytics_service.administering.rules import RulesWish
from analytics_service.administering.sites import SiteWish, add_site, find_site, set_site
from analytics_service.cli.texts import Data, Json, as_json_text, somebody
from analytics_service.domain.model import Site
from analytics_service.errors import BadParameter, Unavailable
from analytics_service.settings import read_settings
from analytics_service.storage.sqlite.config import Config, create_config, open_config
from analytics_service.web.assets import integrity

sites = typer.Typer(help="Sites: add, change, look at.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="Public id, uuid, number or domain.")]
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


@contextmanager
def opened_config(data: str | None) -> Iterator[Config]:
    """config.db of the data folder, made where there is none yet."""
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


def _in_full(rules: msgspec.Struct) -> dict[str, object]:
    """With what is as it is for every site, too."""
    told: dict[str, object] = msgspec.to_builtins(msgspec.structs.asdict(rules), order="sorted")
    return told


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
        "rules": _in_full(site.rules),
        "counter": _in_full(site.counter),
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
    with opened_config(data) as config:
        site = add_site(config, domain, wish, at=datetime.now(UTC), random=secrets.token_bytes, by=somebody())
    print(as_json_text(_told(site)) if as_json else site.public_id)


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
    with opened_config(data) as config:
        changed = set_site(config, site, wish, at=datetime.now(UTC), by=somebody())
    print(as_json_text(_told(changed)) if as_json else changed.public_id)


@sites.command("list")
def site_list(as_json: Json = False, data: Data = None) -> None:
    """List all sites."""
    with opened_config(data) as config:
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
    site: Which,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Show one site."""
    with opened_config(data) as config:
        told = _told(find_site(config, site))
    if as_json:
        print(as_json_text(told))
    else:
        for key, value in told.items():
            print(f"{key + ':':18}{', '.join(map(str, value)) if isinstance(value, list) else value}")


Excluded = Annotated[list[str] | None, typer.Option(help="An address or CIDR not to count; repeatable.")]
Pages = Annotated[list[str] | None, typer.Option(help="A page not to count, `*` for any text; repeatable.")]
Countries = Annotated[list[str] | None, typer.Option(help="A country not to count, as VN; repeatable.")]
Robots = Annotated[str | None, typer.Option(help="How robots are looked for: off, basic or strict.")]


@sites.command("rules")
def site_rules(
    site: Which,
    excluded_address: Excluded = None,
    excluded_page: Pages = None,
    excluded_country: Countries = None,
    robots: Robots = None,
    page_key: Annotated[
        list[str] | None, typer.Option(help="A query's key that makes another page; repeatable.")
    ] = None,
    unmasked_page: Annotated[
        list[str] | None,
        typer.Option(help="A page in which nothing is masked, `*` for any text; repeatable."),
    ] = None,
    index_files: Annotated[
        bool | None,
        typer.Option("--index-files/--no-index-files", help="Whether /a/index.php is the page /a."),
    ] = None,
    signals: Annotated[
        bool | None,
        typer.Option("--honour-signals/--ignore-signals", help="Whether GPC and DNT mean: do not count."),
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Whom a site counts: what is named replaces what was; an empty text empties a list."""
    wish = RulesWish(
        excluded_networks=excluded_address,
        excluded_pages=excluded_page,
        excluded_countries=excluded_country,
        robots=robots,
        honours_signals=signals,
        index_files=index_files,
        page_keys=page_key,
        unmasked_pages=unmasked_page,
    )
    _show(_changed(site, wish, data).rules, as_json)


@sites.command("snippet")
def site_snippet(
    site: Which,
    public_url: Annotated[str | None, typer.Option(help="Where the world reaches the service.")] = None,
    pinned: Annotated[bool, typer.Option("--pinned", help="This release for ever, with integrity.")] = False,
    data: Data = None,
) -> None:
    """Print what the pages of a site carry: the snippet and the widget."""
    settings = read_settings({"data": data, "public_url": public_url})
    with opened_config(data) as config:
        public_id = find_site(config, site).public_id
    source = f'src="{settings.url}/v.js"'
    if pinned:
        told = f'integrity="{integrity(__version__)}" crossorigin="anonymous"'
        source = f'src="{settings.url}/v/{__version__}.js" {told}'
    print(f'<script defer {source} data-site="{public_id}"></script>')
    print(f'<noscript><img src="{settings.url}/v.gif?s={public_id}" alt=""></noscript>')
    print(f'<script type="module" src="{settings.url}/w.js"></script>')
    print(f'<visitor-stats site="{public_id}"></visitor-stats>')
    if not settings.public_url:
        print("Set --public-url to the address that visitors reach.", file=sys.stderr)


@sites.command("counter")
def site_counter(
    site: Which,
    item: Annotated[list[str] | None, typer.Option(help="An item that may be shown; repeatable.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="A metric that may be shown; repeatable.")] = None,
    series: Annotated[bool | None, typer.Option("--series/--no-series", help="Figures day by day.")] = None,
    pages: Annotated[bool | None, typer.Option("--pages/--no-pages", help="Figures of each page.")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """What the public counter may tell; what is not named stays."""
    wish = RulesWish(items=item, metrics=metric, series=series, pages=pages)
    _show(_changed(site, wish, data).counter, as_json)


def _changed(site: str, wish: RulesWish, data: str | None) -> Site:
    with opened_config(data) as config:
        return set_site(config, site, SiteWish(rules=wish), at=datetime.now(UTC), by=somebody())


def _show(rules: msgspec.Struct, as_json: bool) -> None:
    told = _in_full(rules)
    if as_json:
        print(as_json_text(told))
        return
    for key, value in told.items():
        print(f"{key + ':':20}{(', '.join(value) or '-') if isinstance(value, list) else value}")
