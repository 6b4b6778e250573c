"""`session`: lists who is signed in, and ends sessions."""

import sys
from typing import Annotated

import typer

from analytics_service.administering.audit import command_line, record
from analytics_service.administering.people import find_account
from analytics_service.administering.sessions import end_listed
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.folder import settings_for_writing, settings_in_use
from analytics_service.cli.options import Config, Data, Json, current_user
from analytics_service.cli.text import format_count, format_json
from analytics_service.domain.audit import Event
from analytics_service.domain.sessions import Session
from analytics_service.errors import BadParameter

sessions = typer.Typer(help="List and end sessions of the dashboard.", no_args_is_help=True)


@sessions.command("list")
def session_list(
    user: Annotated[str | None, typer.Option(help="Name of an account.", metavar="NAME")] = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """List the sessions that still hold."""
    settings = settings_in_use(data, config)
    with open_storage(settings.database).open_config() as stores:
        number = find_account(stores.users, user).id if user is not None else None
        names = {account.id: account.name for account in stores.users.users()}
        found = [one for one in stores.sessions.sessions(number) if one.is_valid(read_clock())]
    if as_json:
        print(format_json([_fields(one, names) for one in found]))
        return
    for one in found:
        where = ", ".join(filter(None, (one.visitor.browser, one.visitor.system, one.visitor.country)))
        print(f"{one.id}  {names.get(one.user, '?')}  used {one.used_at:%Y-%m-%d %H:%M} UTC  {where}")
    if not found:
        print("Nobody is signed in.", file=sys.stderr)


@sessions.command("revoke")
def session_revoke(
    session_id: Annotated[
        str | None, typer.Argument(help="The session's id, as listed.", metavar="ID")
    ] = None,
    user: Annotated[str | None, typer.Option(help="All sessions of this account.", metavar="NAME")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """End one session, or all of an account."""
    if (session_id is None) == (user is None):
        raise BadParameter("user", "value", "name a session, or an account with --user")
    settings = settings_for_writing(data, config)
    with open_storage(settings.database).open_config() as stores:
        actor, at = command_line(current_user()), read_clock()
        if session_id is not None:
            ended = end_listed(stores.sessions, session_id)
            account = stores.users.user(ended.user)
            name, count = account.name if account is not None else "?", 1
        else:
            account = find_account(stores.users, user or "")
            name, count = account.name, stores.sessions.end_sessions(account.id)
        record(stores.audit, Event.SESSION_ENDED, actor=actor, at=at, subject=name)
    print(f"Ended: {format_count(count, 'session')} of {name}")


def _fields(one: Session, names: dict[int, str]) -> dict[str, object]:
    return {
        "id": one.id,
        "user": names.get(one.user),
        "made_at": one.made_at.isoformat(timespec="seconds"),
        "used_at": one.used_at.isoformat(timespec="seconds"),
        "browser": one.visitor.browser,
        "system": one.visitor.system,
        "country": one.visitor.country,
    }
