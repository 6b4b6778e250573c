"""Sessions: how long somebody stays signed in."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

IDLE_TIMEOUT = timedelta(days=7)
SESSION_RETENTION = timedelta(days=30)
"""How long a session lasts at most, however often it is used."""
FACTOR_TIMEOUT = timedelta(minutes=10)
"""How long after the password the second factor may be shown."""
CONFIRMED_WITHIN = timedelta(minutes=15)
"""How long ago the password may have been typed, for what gives somebody rights."""
TOUCH_INTERVAL = timedelta(minutes=5)
"""How often the last use of a session is written, at most."""
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What is kept of whoever signs in: no address."""

    country: str = ""
    browser: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in; not `is_complete` where the second factor is still to be shown."""

    token_hash: bytes
    user: int
    made_at: datetime
    used_at: datetime
    confirmed_at: datetime
    is_complete: bool = True
    visitor: Visitor = Visitor()

    @property
    def id(self) -> str:
        """The name of the session in lists; nobody gets in with it."""
        return self.token_hash.hex()[:16]

    def is_valid(self, at: datetime) -> bool:
        """Tells whether the session still holds at that instant."""
        if not self.is_complete:
            return at - self.made_at < FACTOR_TIMEOUT
        return at - self.used_at < IDLE_TIMEOUT and at - self.made_at < SESSION_RETENTION

    def is_confirmed(self, at: datetime) -> bool:
        """Tells whether the password was typed a short time ago."""
        return at - self.confirmed_at < CONFIRMED_WITHIN

    def is_stale(self, at: datetime) -> bool:
        """Tells whether its last use is to be written again."""
        return at - self.used_at >= TOUCH_INTERVAL


def make_token(random: bytes) -> str:
    """Returns TOKEN_BYTES or more random bytes as they stand in a cookie or a link."""
    return urlsafe_b64encode(random).rstrip(b"=").decode()


def hash_token(token: str) -> bytes:
    """Returns the SHA-256 by which a token is stored: with 256 random bits it needs no slower one."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def form_token(token: str) -> str:
    """Returns what every form of a session carries: from it the session's token cannot be found."""
    return make_token(sha256(b"form\0" + token.encode("utf-8", "surrogatepass")).digest())
