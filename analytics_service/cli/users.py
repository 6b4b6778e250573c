"""`user`: makes, lists, changes and removes the accounts of people."""

import secrets
import sys
from typing import Annotated

import typer

from analytics_service.administering import invitations, people
from analytics_service.administering.audit import command_line
from analytics_service.administering.one_time import make_first_code
from analytics_service.administering.passwords import hash_password
from analytics_service.administering.people import NewAccount
from analytics_service.administering.second_factor import remove_factor
from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.confirmation import ask
from analytics_service.cli.folder import settings_for_writing, settings_in_use
from analytics_service.cli.options import Config, Data, Json, current_user
from analytics_service.cli.page_code import find_service_url
from analytics_service.cli.password import read_password
from analytics_service.cli.text import format_count, format_json
from analytics_service.domain.accounts import Account
from analytics_service.domain.choices import choose
from analytics_service.domain.principals import Role
from analytics_service.errors import BadParameter
from analytics_service.ports.storage import ConfigStores

users = typer.Typer(help="Make, list, change and remove accounts of the dashboard.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the account.", metavar="NAME")]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role", help="SITE=viewer, SITE=editor, SITE=owner or SITE=none; repeatable.", metavar="SITE=ROLE"
    ),
]
_NO_ROLE = "none"


@users.command("code")
def user_code(data: Data = None, config: Config = None) -> None:
    """Print a code for the first account.

    It works once, for 24 hours, while there is no account.
    """
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        code = make_first_code(
            stores, actor=command_line(current_user()), at=read_clock(), random=secrets.token_bytes
        )
    print(code)
    address = settings.dashboard_url or find_service_url(settings) or settings.url
    print(f"Enter it at {address}/setup within 24 hours.", file=sys.stderr)


@users.command("add")
def user_add(
    name: Name,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="The account may do everything.")
    ] = False,
    role: Roles = None,
    email: Annotated[str, typer.Option(help="Address for links to a new password.")] = "",
    language: Annotated[str, typer.Option(help="vi or en; without it the browser's.")] = "",
    data: Data = None,
    config: Config = None,
) -> None:
    """Add an account, with a password from the terminal.

    Where there is no terminal, the password is read from the standard input. The first account is an
    administrator's.
    """
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        is_first = not stores.users.has_users()
        roles = _parse_roles(stores, role)
        language = choose("language", language, ("vi", "en")) if language else ""
        password = read_password(
            lambda text: people.check_new_password(text, None, has_factor=False, name=name)
        )
        new = NewAccount(
            name=name,
            email=email,
            password=password,
            password_hash=hash_password(password),
            language=language,
            is_administrator=administrator or is_first,
            roles={site: one for site, one in roles.items() if one is not None},
        )
        account = people.add_account(stores, new, actor=command_line(current_user()), at=read_clock())
    print(f"Added: {account.name}" + (" (administrator)" if account.is_administrator else ""))


@users.command("invite")
def user_invite(
    administrator: Annotated[
        bool, typer.Option("--administrator", help="The account may do everything.")
    ] = False,
    role: Roles = None,
    email: Annotated[str, typer.Option(help="Address of the account.")] = "",
    data: Data = None,
    config: Config = None,
) -> None:
    """Print a link by which somebody makes an account.

    It works once, for 72 hours.
    """
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        roles = _parse_roles(stores, role)
        new = invitations.NewInvitation(
            email=email,
            is_administrator=administrator,
            roles={site: one for site, one in roles.items() if one is not None},
        )
        if not administrator and not new.roles:
            raise BadParameter("role", "value", "name a site with --role SITE=ROLE, or give --administrator")
        actor = command_line(current_user())
        token = invitations.invite(stores, new, actor=actor, at=read_clock(), random=secrets.token_bytes)
    print(f"{settings.dashboard_url or settings.url}/invitation/{token}")


@users.command("list")
def user_list(as_json: Json = False, data: Data = None, config: Config = None) -> None:
    """List all accounts with their rights."""
    settings = settings_in_use(data, config)
    with open_storage(settings.database).open_config() as stores:
        found = stores.users.users()
        names = {site.number: site.public_id for site in stores.sites.sites()}
    if as_json:
        print(format_json([_fields(account, names) for account in found]))
        return
    for account in found:
        rights = "administrator" if account.is_administrator else _format_roles(account, names)
        factor = "second factor" if account.has_factor else "password only"
        print("  ".join((account.name, rights, factor, account.email or "no address")))
    if not found:
        print("There are no accounts yet; make the first with: user code", file=sys.stderr)


@users.command("set")
def user_set(
    name: Name,
    administrator: Annotated[
        bool | None,
        typer.Option("--administrator/--no-administrator", help="Whether it may do everything."),
    ] = None,
    role: Roles = None,
    email: Annotated[str | None, typer.Option(help="Address for links to a new password.")] = None,
    language: Annotated[str | None, typer.Option(help="vi, en, or an empty text.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Change rights, address or language of an account."""
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        account = people.find_account(stores.users, name)
        people.change_account(
            stores,
            account,
            actor=command_line(current_user()),
            at=read_clock(),
            email=email,
            language=choose("language", language, ("vi", "en")) if language else language,
            is_administrator=administrator,
            roles=_parse_roles(stores, role),
        )
    print(f"Changed: {account.name}")


@users.command("password")
def user_password(name: Name, data: Data = None, config: Config = None) -> None:
    """Set a new password; all sessions of the account end."""
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        account = people.find_account(stores.users, name)
        password = read_password(
            lambda text: people.check_new_password(
                text, None, has_factor=account.has_factor, name=account.name
            )
        )
        actor = command_line(current_user())
        people.set_password(stores, account, password, hash_password(password), actor=actor, at=read_clock())
    print(f"Changed: the password of {account.name}; its sessions have ended")


@users.command("reset-totp")
def user_reset_totp(name: Name, data: Data = None, config: Config = None) -> None:
    """Take away a lost second factor.

    The password alone lets in then.
    """
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        account = people.find_account(stores.users, name)
        remove_factor(stores, account, actor=command_line(current_user()), at=read_clock())
    print(f"Removed: the second factor of {account.name}")


@users.command("remove")
def user_remove(
    name: Name,
    take_over: Annotated[
        str | None, typer.Option("--take-over", help="Account that takes over its keys.", metavar="NAME")
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="End its keys.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Remove an account.

    Its sessions end, and its keys are taken over or end.
    """
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        account = people.find_account(stores.users, name)
        heir = people.find_account(stores.users, take_over) if take_over is not None else None
        held = people.keys_of(stores.keys, account)
        if end and heir is not None:
            raise BadParameter("end", "value", "give --take-over NAME or --end, not both")
        if held and heir is None and not end:
            listed = ", ".join(f"{key.id} {key.name}".strip() for key in held)
            count = format_count(len(held), "key")
            problem = f"{account.name} has {count} ({listed}): give --take-over NAME or --end"
            raise BadParameter("take-over", "value", problem)
        if heir is not None and heir.id == account.id:
            raise BadParameter("take-over", "value", "another account takes the keys over")
        if not yes:
            ask(f"Remove {account.name}?")
        people.remove_account(stores, account, heir=heir, actor=command_line(current_user()), at=read_clock())
    print(f"Removed: {account.name}")


def _parse_roles(stores: ConfigStores, texts: list[str] | None) -> dict[int, Role | None]:
    roles: dict[int, Role | None] = {}
    words = [role.name.lower() for role in Role]
    for text in texts or ():
        name, separator, word = text.rpartition("=")
        if not separator:
            raise BadParameter("role", "value", f"{text} is no SITE=ROLE, as in example.vn=viewer")
        chosen = choose("role", word, [*words, _NO_ROLE])
        site = find_site(stores.sites, name, read_clock())
        roles[site.number] = None if chosen == _NO_ROLE else Role[chosen.upper()]
    return roles


def _format_roles(account: Account, names: dict[int, str]) -> str:
    listed = [f"{names.get(site, site)}={role.name.lower()}" for site, role in sorted(account.roles.items())]
    return ",".join(listed) or "no rights"


def _fields(account: Account, names: dict[int, str]) -> dict[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "language": account.language or None,
        "administrator": account.is_administrator,
        "roles": {
            names.get(site, str(site)): role.name.lower() for site, role in sorted(account.roles.items())
        },
        "second_factor": account.has_factor,
        "made_at": account.made_at.isoformat(timespec="seconds"),
        "made_by": account.made_by,
    }
