"""People: their accounts made, changed and removed; the last administrator stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from analytics_service.administering.audit import Actor, record
from analytics_service.administering.passwords import check_password
from analytics_service.domain.accounts import (
    MIN_PASSWORD_ALONE,
    Account,
    normal_name,
    normal_password,
    parse_email,
    parse_name,
)
from analytics_service.domain.audit import Event
from analytics_service.domain.keys import Key
from analytics_service.domain.principals import Role
from analytics_service.errors import BadParameter, Refused
from analytics_service.ports.keys import KeyStore
from analytics_service.ports.storage import ConfigStores
from analytics_service.ports.users import UserStore


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What a new account shall be; `password_hash` is that of the password, which was checked."""

    name: str
    email: str = ""
    password: str
    password_hash: str
    language: str = ""
    is_administrator: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)


def check_new_password(password: str, repeated: str | None, *, has_factor: bool, name: str = "") -> None:
    """Raises BadParameter for a password that is not accepted, or was typed differently the second time."""
    check_password(password, has_factor=has_factor, name=name)
    if repeated is not None and repeated != password:
        raise BadParameter("repeated", "differs", "the two passwords differ")


def add_account(
    stores: ConfigStores,
    new: NewAccount,
    *,
    actor: Actor,
    at: datetime,
    token_hash: bytes | None = None,
    is_first: bool = False,
) -> Account:
    """Stores an account and returns it. Raises BadParameter, and Refused where the name is taken."""
    name = parse_name(new.name)
    email = parse_email(new.email or (name if "@" in name else ""))
    made = Account(
        name=name,
        email=email,
        language=new.language,
        password_hash=new.password_hash,
        has_long_password=has_long_password(new.password),
        is_administrator=new.is_administrator,
        roles=dict(new.roles),
        made_at=at,
        made_by=actor.name or name,
    )
    account = stores.users.add_user(made, token_hash=token_hash, is_first=is_first)
    by = actor if actor.name else replace(actor, name=name)
    record(stores.audit, Event.USER_ADDED, actor=by, at=at, subject=name, details=_rights(account))
    return account


def has_long_password(password: str) -> bool:
    """Tells whether a password may stand without a second factor."""
    return len(normal_password(password)) >= MIN_PASSWORD_ALONE


def find_account(users: UserStore, name: str) -> Account:
    """Returns the account of that name. Raises BadParameter."""
    found = users.find_user(normal_name(name))
    if found is None:
        raise BadParameter("name", "value", "there is no account of this name")
    return found


def set_password(
    stores: ConfigStores,
    account: Account,
    password: str,
    password_hash: str,
    *,
    actor: Actor,
    at: datetime,
    token_hash: bytes | None = None,
) -> None:
    """Changes a password, whose hash is given, and ends all sessions of the account. Raises Refused."""
    is_long = has_long_password(password)
    changed = stores.users.change_user(
        account.id,
        lambda old, _: replace(old, password_hash=password_hash, has_long_password=is_long),
        ends_sessions=True,
        token_hash=token_hash,
    )
    if changed is None:
        raise Refused("this account is gone")
    record(stores.audit, Event.PASSWORD_CHANGED, actor=actor, at=at, subject=account.name)


def change_account(
    stores: ConfigStores,
    account: Account,
    *,
    actor: Actor,
    at: datetime,
    email: str | None = None,
    language: str | None = None,
    is_administrator: bool | None = None,
    roles: Mapping[int, Role | None] | None = None,
) -> Account:
    """Changes an account and returns it; a role of None is taken away, and None leaves the rest as it is.

    Raises BadParameter, and Refused where no administrator would be left.
    """
    new_email = parse_email(email) if email is not None else None

    def change(old: Account, others: int) -> Account:
        changed = {**old.roles, **(roles or {})}
        if old.is_administrator and is_administrator is False and not others:
            raise Refused("the last administrator stays one")
        return replace(
            old,
            email=old.email if new_email is None else new_email,
            language=old.language if language is None else language,
            is_administrator=old.is_administrator if is_administrator is None else is_administrator,
            roles={site: role for site, role in changed.items() if role is not None},
        )

    changed = stores.users.change_user(account.id, change)
    if changed is None:
        raise Refused("this account is gone")
    if is_administrator is not None or roles:
        details = _rights(changed) or {"rights": "none"}
        record(stores.audit, Event.USER_CHANGED, actor=actor, at=at, subject=changed.name, details=details)
    return changed


def keys_of(keys: KeyStore, account: Account) -> list[Key]:
    """Returns the keys that an account made and that are not revoked."""
    stored = keys.keys()
    return [key for key in stored if key.user == account.id and key.revoked_at is None]


def remove_account(
    stores: ConfigStores, account: Account, *, heir: Account | None, actor: Actor, at: datetime
) -> None:
    """Removes an account; its keys are taken over by the heir, or end where there is none.

    Raises Refused for the last administrator.
    """
    _refuse_last(stores, account)
    if heir is not None:
        stores.keys.give_keys(account.id, heir.id, heir.name)
    else:
        for key in keys_of(stores.keys, account):
            stores.keys.revoke_key(key.id, at)
            record(stores.audit, Event.KEY_REVOKED, actor=actor, at=at, subject=key.id)

    def remove(_: Account, others: int) -> None:
        if account.is_administrator and not others:
            raise Refused("the last administrator stays")

    stores.users.change_user(account.id, remove)
    details = {"keys": f"taken over by {heir.name}" if heir is not None else "ended"}
    record(stores.audit, Event.USER_REMOVED, actor=actor, at=at, subject=account.name, details=details)


def _refuse_last(stores: ConfigStores, account: Account) -> None:
    """Raises Refused for the last administrator, before anything of theirs changes hands."""
    others = [one for one in stores.users.users() if one.is_administrator and one.id != account.id]
    if account.is_administrator and not others:
        raise Refused("the last administrator stays")


def _rights(account: Account) -> dict[str, str]:
    if account.is_administrator:
        return {"rights": "administrator"}
    return {f"site {site}": role.name.lower() for site, role in sorted(account.roles.items())}
