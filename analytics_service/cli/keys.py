"""`key`: adds, lists and revokes the keys by which other programs read figures."""

import secrets
import sys
from typing import Annotated

import typer

from analytics_service.administering import keys as administering
from analytics_service.administering.keys import NewKey
from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.folder import settings_for_writing, settings_in_use
from analytics_service.cli.options import Config, Data, Json, current_user
from analytics_service.cli.text import format_json
from analytics_service.domain.keys import Key, Scope
from analytics_service.errors import BadParameter

keys = typer.Typer(help="Add, list and revoke the keys of other programs.", no_args_is_help=True)


@keys.command("add")
def key_add(
    site: Annotated[
        list[str] | None, typer.Option(help="Site that the key may see; repeatable.", metavar="SITE")
    ] = None,
    all_sites: Annotated[bool, typer.Option("--all-sites", help="The key may see all sites.")] = False,
    scope: Annotated[
        str, typer.Option(help=f"What it may do, with commas: {', '.join(Scope)}.", metavar="LIST")
    ] = Scope.STATS_READ.value,
    name: Annotated[str, typer.Option(help="What it is for, shown in lists.")] = "",
    expires: Annotated[
        str | None, typer.Option(help="Last day on which it is valid (UTC).", metavar="DAY")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="Origin whose pages may use it, as in https://x.example.vn; repeatable."),
    ] = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a key and print it: it cannot be shown again."""
    if bool(site) == all_sites:
        raise BadParameter("site", "value", "name the key's sites with --site, or give --all-sites")
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        new = NewKey(
            name=name,
            scopes=[word.strip() for word in scope.split(",") if word.strip()],
            sites=None if all_sites else [find_site(stores.sites, one, read_clock()) for one in site or ()],
            origins=origin or (),
            expires=expires,
        )
        key, token = administering.add_key(
            stores.keys, new, at=read_clock(), random=secrets.token_bytes, by=current_user()
        )
        names = {one.number: one.public_id for one in stores.sites.sites()}
    print(format_json({"key": token, **_list_fields(key, names)}) if as_json else token)
    print("Keep it now: only its hash is stored, so it cannot be shown again.", file=sys.stderr)


@keys.command("list")
def key_list(as_json: Json = False, data: Data = None, config: Config = None) -> None:
    """List all keys, without their secrets."""
    settings = settings_in_use(data, config)
    with open_storage(settings.database).open_config() as stores:
        found = stores.keys.keys()
        names = {one.number: one.public_id for one in stores.sites.sites()}
    if as_json:
        print(format_json([_list_fields(key, names) for key in found]))
        return
    for key in found:
        print(_format(key, names))
    if not found:
        print("There are no keys yet; add one with: key add --site SITE", file=sys.stderr)


@keys.command("revoke")
def key_revoke(
    key_id: Annotated[str, typer.Argument(help="The key's 8-sign id, as listed.", metavar="ID")],
    data: Data = None,
    config: Config = None,
) -> None:
    """Revoke a key: within a second nobody gets in with it."""
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        key = administering.revoke_key(stores.keys, key_id, read_clock())
    print(f"Revoked: {key.id}")


def _list_fields(key: Key, names: dict[int, str]) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "sites": None if key.sites is None else sorted(names.get(one, str(one)) for one in key.sites),
        "origins": sorted(key.origins),
        "made_by": key.made_by,
        "made_at": key.made_at.isoformat(timespec="seconds"),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
        "used_at": key.used_at.isoformat() if key.used_at else None,
    }


def _format(key: Key, names: dict[int, str]) -> str:
    sites = "all sites" if key.sites is None else ",".join(sorted(names.get(n, str(n)) for n in key.sites))
    used = f"last used {key.used_at:%Y-%m-%d %H:%M} UTC" if key.used_at else "never used"
    if key.revoked_at is not None:
        state = "revoked"
    elif not key.is_valid(read_clock()):
        state = "expired"
    else:
        state = f"until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else "valid"
    parts = [key.id, state, sites, ",".join(sorted(key.scopes)), used, key.name]
    return "  ".join(part for part in parts if part)
