"""The second factor: an app's codes that change every 30 seconds (TOTP), and recovery codes."""

from base64 import b32encode
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest

from analytics_service.administering.audit import Actor, record
from analytics_service.administering.sealer import Sealer
from analytics_service.domain.accounts import Account
from analytics_service.domain.audit import Event
from analytics_service.domain.one_time import format_code, normal_code
from analytics_service.domain.sessions import hash_token
from analytics_service.errors import BadLogin, Refused
from analytics_service.ports.clock import Randomness
from analytics_service.ports.storage import ConfigStores

SECRET_BYTES = 20
RECOVERY_CODES, RECOVERY_BYTES = 10, 10
PERIOD = 30
"""Seconds of a time step: what all apps expect."""
DRIFT = 1
"""Time steps by which the clock of a phone may be wrong."""
ISSUER = "Visitor analytics"


def make_secret(random: Randomness) -> str:
    """Returns a new secret as apps take it: 32 letters and digits."""
    return b32encode(random(SECRET_BYTES)).decode()


def address_of_secret(secret: str, name: str) -> str:
    """Returns what an app reads from the picture: an `otpauth:` address."""
    from pyotp import TOTP

    return TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def find_step(secret: str, code: str, at: datetime) -> int | None:
    """Returns the time step whose code this is, of those around an instant; None for a wrong code."""
    from pyotp import TOTP

    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    now = int(at.timestamp()) // PERIOD
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if compare_digest(TOTP(secret).generate_otp(step), digits):
            found = step
    return found


def add_factor(
    stores: ConfigStores,
    sealer: Sealer,
    account: Account,
    *,
    secret: str,
    code: str,
    actor: Actor,
    at: datetime,
    random: Randomness,
) -> list[str]:
    """Stores the secret once its code was shown, and returns new recovery codes. Raises BadLogin."""
    step = find_step(secret, code, at)
    if step is None:
        raise BadLogin("this code is wrong")
    codes = _make_codes(random)
    sealed = sealer.seal(secret.encode(), _context(account), random)
    hashes = _hashes(codes)
    stores.users.change_user(
        account.id,
        lambda old, _: replace(old, factor=sealed, factor_step=step, recovery_codes=hashes),
    )
    record(stores.audit, Event.FACTOR_ADDED, actor=actor, at=at, subject=account.name)
    return codes


def renew_codes(
    stores: ConfigStores, account: Account, *, actor: Actor, at: datetime, random: Randomness
) -> list[str]:
    """Returns new recovery codes; the earlier ones work no longer."""
    codes = _make_codes(random)
    hashes = _hashes(codes)
    stores.users.change_user(account.id, lambda old, _: replace(old, recovery_codes=hashes))
    record(
        stores.audit,
        Event.FACTOR_ADDED,
        actor=actor,
        at=at,
        subject=account.name,
        details={"codes": "renewed"},
    )
    return codes


def use_code(
    stores: ConfigStores, sealer: Sealer, account: Account, code: str, *, actor: Actor, at: datetime
) -> None:
    """Uses up a code of the app or a recovery code. Raises BadLogin for one that is wrong or was used."""
    used = hash_token(normal_code(code))
    is_recovery = False

    def use(old: Account, _: int) -> Account:
        nonlocal is_recovery
        if old.factor is None:
            raise BadLogin("this code is wrong")
        step = find_step(sealer.open(old.factor, _context(old)).decode(), code, at)
        # A code works once, however many of its 90 seconds are left.
        if step is not None and step > old.factor_step:
            return replace(old, factor_step=step)
        if used not in old.recovery_codes:
            raise BadLogin("this code is wrong")
        is_recovery = True
        return replace(old, recovery_codes=old.recovery_codes - {used})

    if stores.users.change_user(account.id, use) is None:
        raise BadLogin("this code is wrong")
    if is_recovery:
        record(stores.audit, Event.RECOVERY_USED, actor=actor, at=at, subject=account.name)


def remove_factor(stores: ConfigStores, account: Account, *, actor: Actor, at: datetime) -> None:
    """Takes the second factor away. Raises Refused where there is none."""

    def remove(old: Account, _: int) -> Account:
        if old.factor is None:
            raise Refused(f"{old.name} has no second factor")
        return replace(old, factor=None, factor_step=0, recovery_codes=frozenset())

    stores.users.change_user(account.id, remove)
    record(stores.audit, Event.FACTOR_REMOVED, actor=actor, at=at, subject=account.name)


def _make_codes(random: Randomness) -> list[str]:
    return [format_code(random(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def _hashes(codes: list[str]) -> frozenset[bytes]:
    return frozenset(hash_token(normal_code(code)) for code in codes)


def _context(account: Account) -> str:
    return f"second factor of user {account.id}"
