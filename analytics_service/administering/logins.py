"""Logins: name and password, then where an account has one the second factor."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from math import ceil

from analytics_service.administering.audit import Actor, record
from analytics_service.administering.sessions import begin_session
from analytics_service.domain.accounts import Account, normal_name
from analytics_service.domain.audit import Event
from analytics_service.domain.logins import ADDRESS_RETENTION, Attempt, Verdict, admit_attempt, forgive
from analytics_service.domain.sessions import Visitor
from analytics_service.errors import TooMany
from analytics_service.ports.clock import Randomness
from analytics_service.ports.storage import ConfigStores

KNOWN_WORDS = 512
"""Characters of a name that are looked at; what is longer belongs to nobody."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who tries to sign in: the keyed hash of their address, and what is kept of their browser."""

    address: bytes
    visitor: Visitor


def hash_address(address: str, key: bytes) -> bytes:
    """Returns the keyed hash of an address; the key is in memory only."""
    return blake2b(address.encode(), digest_size=16, key=key, person=b"login").digest()


def begin_attempt(
    stores: ConfigStores, name: str, sender: Sender, at: datetime, *, key: bytes
) -> Account | None:
    """Returns the account of a name once it may be tried; None where there is none, which takes as long.

    The try counts as failed until `end_attempt`. Raises TooMany with the seconds to wait.
    """
    account = _find(stores, name)
    admit_try(stores, _who(account, name, key), sender, at, is_known=_is_known(stores, account, sender, at))
    return account


def knows_sender(stores: ConfigStores, name: str, sender: Sender, at: datetime) -> bool:
    """Tells whether the account of a name signed in from this address within 30 days."""
    return _is_known(stores, _find(stores, name), sender, at)


def _find(stores: ConfigStores, name: str) -> Account | None:
    return stores.users.find_user(normal_name(name[:KNOWN_WORDS]))


def _is_known(stores: ConfigStores, account: Account | None, sender: Sender, at: datetime) -> bool:
    return account is not None and stores.logins.knows_address(
        account.id, sender.address, at - ADDRESS_RETENTION
    )


def admit_try(stores: ConfigStores, who: str, sender: Sender, at: datetime, *, is_known: bool) -> None:
    """Counts a try of somebody as failed, or raises TooMany with the seconds to wait."""

    def decide(stored: tuple[Attempt, ...]) -> tuple[Verdict, tuple[Attempt, ...]]:
        verdict = admit_attempt(stored, sender.address, at, is_known=is_known)
        return verdict, verdict.attempts

    verdict = stores.logins.change_attempts(who, decide, at=at)
    if verdict.wait.total_seconds() > 0:
        raise TooMany(max(1, ceil(verdict.wait.total_seconds())))


def fail_attempt(stores: ConfigStores, account: Account | None, sender: Sender, at: datetime) -> None:
    """Writes down that somebody failed: all tries of a minute at one account in one entry, with their count.

    A name that no account has is not kept: it may be a password.
    """
    who, actor = account.name if account is not None else "", Actor("", sender.visitor)
    record(stores.audit, Event.LOGIN_FAILED, actor=actor, at=at, subject=who, is_counted=True)


def pass_password(
    stores: ConfigStores, account: Account, sender: Sender, at: datetime, *, random: Randomness
) -> str:
    """Begins the session of somebody whose password was right, and returns its token.

    Where the account has a second factor the session is not complete until that was shown.
    """
    _forgive(stores, account, sender, at, is_whole=not account.has_factor)
    if not account.has_factor:
        note_login(stores, account, sender, at)
    return begin_session(
        stores.sessions,
        account,
        visitor=sender.visitor,
        at=at,
        random=random,
        is_complete=not account.has_factor,
    )


def note_login(stores: ConfigStores, account: Account, sender: Sender, at: datetime) -> None:
    """Writes down that somebody is in, and from which address: from there they wait for nobody else."""
    _forgive(stores, account, sender, at, is_whole=True)
    stores.logins.note_address(account.id, sender.address, at)
    record(stores.audit, Event.LOGIN, actor=Actor(account.name, sender.visitor), at=at, subject=account.name)


def pass_try(stores: ConfigStores, account: Account, sender: Sender, at: datetime) -> None:
    """Takes back what `admit_try` counted, since the password was right."""
    _forgive(stores, account, sender, at, is_whole=True)


def _forgive(stores: ConfigStores, account: Account, sender: Sender, at: datetime, *, is_whole: bool) -> None:
    stores.logins.change_attempts(
        who_of(account), lambda stored: (None, forgive(stored, sender.address, is_whole=is_whole)), at=at
    )


def who_of(account: Account) -> str:
    """Returns under which name the attempts of an account are stored."""
    return f"user:{account.id}"


def _who(account: Account | None, name: str, key: bytes) -> str:
    if account is not None:
        return who_of(account)
    hashed = blake2b(normal_name(name[:KNOWN_WORDS]).encode("utf-8", "replace"), digest_size=16, key=key)
    return f"name:{hashed.hexdigest()}"
