"""Accounts: people who sign in, and what may be said of their names and passwords."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum

from analytics_service.domain.principals import Role, User
from analytics_service.errors import BadParameter

NAME_LIMIT, EMAIL_LIMIT = 64, 254
PASSWORD_LIMIT = 256
"""The most characters of a password: what is longer is refused before it is hashed."""
MIN_PASSWORD = 8
MIN_PASSWORD_ALONE = 15
"""The fewest characters of a password that no second factor stands beside."""
# Letters of other scripts could be taken for these.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]*[a-z0-9])?", re.ASCII)
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE)


class FactorPolicy(StrEnum):
    """Who must have a second factor."""

    OPTIONAL = "optional"
    ADMINISTRATORS = "administrators"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in; `factor` is the sealed secret of their second factor, None without one.

    `factor_step` is the last time step whose code was used, and `recovery_codes` are hashes of the codes that
    are left. `has_long_password` tells whether the password may stand alone.
    """

    id: int = 0
    name: str
    email: str = ""
    language: str = ""
    password_hash: str
    has_long_password: bool = True
    is_administrator: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)
    factor: bytes | None = None
    factor_step: int = 0
    recovery_codes: frozenset[bytes] = frozenset()
    made_at: datetime
    made_by: str

    @property
    def has_factor(self) -> bool:
        """Whether a code is asked for after the password."""
        return self.factor is not None

    def must_add_factor(self, policy: FactorPolicy) -> bool:
        """Tells whether a second factor is asked of this account, and it has none."""
        is_asked = policy is FactorPolicy.REQUIRED or (
            policy is FactorPolicy.ADMINISTRATORS and self.is_administrator
        )
        return is_asked and not self.has_factor

    def must_change_password(self) -> bool:
        """Tells whether the password is too short to stand alone, and does."""
        return not self.has_factor and not self.has_long_password

    def principal(self) -> User:
        """Returns the account as one who asks for something."""
        return User(self.name, self.roles, self.is_administrator)


def normal_name(text: str) -> str:
    """Returns the form in which names of accounts are compared."""
    return unicodedata.normalize("NFKC", text.strip()).casefold()


def parse_name(text: str) -> str:
    """Returns the name for a new account. Raises BadParameter."""
    name = normal_name(text)
    if len(name) > NAME_LIMIT or not _NAME.fullmatch(name):
        problem = (
            f"a name has 1 to {NAME_LIMIT} of the letters a-z, digits and . _ @ + -, none of these at an end"
        )
        raise BadParameter("name", "value", problem)
    return name


def parse_email(text: str) -> str:
    """Returns an e-mail address, "" for none. Raises BadParameter."""
    email = text.strip()
    if email and (len(email) > EMAIL_LIMIT or not _EMAIL.fullmatch(email)):
        raise BadParameter("email", "value", "this is no e-mail address such as ten@example.vn")
    return email


def is_sender(text: str) -> bool:
    """Tells whether a text is a sender of mails: an address, perhaps with a name before it."""
    name, address = parseaddr(text)
    return text.isprintable() and _EMAIL.fullmatch(address) is not None and name.isprintable()


def normal_password(text: str) -> str:
    """Returns the form that is hashed: the same on every keyboard that types Vietnamese."""
    return unicodedata.normalize("NFC", text)


def check_password_length(password: str, *, has_factor: bool) -> None:
    """Raises BadParameter for a password that is too short or too long."""
    least = MIN_PASSWORD if has_factor else MIN_PASSWORD_ALONE
    if len(password) < least:
        raise BadParameter("password", "short", f"a password has at least {least} characters")
    if len(password) > PASSWORD_LIMIT:
        raise BadParameter("password", "long", f"a password has at most {PASSWORD_LIMIT} characters")
