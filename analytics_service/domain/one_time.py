"""Codes and links that work once: the first administrator's code, invitations, new passwords."""

from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from analytics_service.domain.principals import Role

CODE_BYTES = 16


class Purpose(StrEnum):
    """What a code or link is good for."""

    FIRST_ACCOUNT = "first-account"
    INVITATION = "invitation"
    RESET = "reset"


LIFETIMES: Mapping[Purpose, timedelta] = {
    Purpose.FIRST_ACCOUNT: timedelta(hours=24),
    Purpose.INVITATION: timedelta(hours=72),
    Purpose.RESET: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTime:
    """A code or link as it is stored, with its text only as a hash.

    An invitation fixes name, address, rights and roles; a reset names its `user`.
    """

    token_hash: bytes
    purpose: Purpose
    made_at: datetime
    made_by: str
    user: int = 0
    name: str = ""
    email: str = ""
    is_administrator: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name of the link in lists; nobody gets in with it."""
        return self.token_hash.hex()[:16]

    @property
    def expires_at(self) -> datetime:
        """When it works no longer."""
        return self.made_at + LIFETIMES[self.purpose]

    def is_valid(self, at: datetime) -> bool:
        """Tells whether it still works at that instant."""
        return at < self.expires_at


def format_code(random: bytes) -> str:
    """Returns CODE_BYTES random bytes as a code that can be typed: groups of letters and digits."""
    text = b32encode(random).decode().rstrip("=").lower()
    return "-".join(text[start : start + 5] for start in range(0, len(text), 5))


def normal_code(text: str) -> str:
    """Returns a code as it is hashed, however it was typed."""
    return "".join(sign for sign in text.lower() if sign.isalnum())[:100]
