"""Codes and links that work once: made for the first account, for invitations and for new passwords."""

from datetime import datetime, timedelta

from analytics_service.administering.audit import Actor, record
from analytics_service.domain.audit import Event
from analytics_service.domain.one_time import CODE_BYTES, OneTime, Purpose, format_code, normal_code
from analytics_service.domain.sessions import hash_token
from analytics_service.errors import BadLogin, TooMany
from analytics_service.ports.clock import Randomness
from analytics_service.ports.one_time import OneTimeStore
from analytics_service.ports.storage import ConfigStores

TRY_PAUSE = timedelta(seconds=1)
"""Between two tries of the first account's code, whoever makes them."""


def make_first_code(stores: ConfigStores, *, actor: Actor, at: datetime, random: Randomness) -> str:
    """Returns a new code for the first account; earlier ones end. Raises Refused where there is one."""
    code = format_code(random(CODE_BYTES))
    one = OneTime(
        token_hash=hash_token(normal_code(code)),
        purpose=Purpose.FIRST_ACCOUNT,
        made_at=at,
        made_by=actor.name,
    )
    stores.one_times.add_one_time(one, is_only=True)
    record(stores.audit, Event.CODE_MADE, actor=actor, at=at)
    return code


def try_first_code(one_times: OneTimeStore, code: str, at: datetime) -> OneTime:
    """Returns what a code is good for. Raises BadLogin, and TooMany for more than one try a second."""
    if not one_times.take_turn(Purpose.FIRST_ACCOUNT, at, TRY_PAUSE):
        raise TooMany(1)
    return find_valid(one_times, normal_code(code), Purpose.FIRST_ACCOUNT, at)


def find_valid(one_times: OneTimeStore, token: str, purpose: Purpose, at: datetime) -> OneTime:
    """Returns the one-time code or link of that text. Raises BadLogin where it is wrong, used or too old."""
    found = one_times.find_one_time(hash_token(token))
    if found is None or found.purpose is not purpose or not found.is_valid(at):
        raise BadLogin("this code or link is wrong, was used already, or is too old")
    return found
