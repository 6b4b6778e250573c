"""Keys by which other programs are let in: their form, their hash, and what each may do."""

import re
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest

ID_BYTES, SECRET_BYTES = 5, 32
_TOKEN = re.compile(r"vs_([a-z2-7]{8})_([A-Za-z0-9_-]{43})", re.ASCII)


class Scope(StrEnum):
    """What a key may do on its sites."""

    STATS_READ = "stats:read"
    VIEWS_READ = "views:read"
    INGEST_WRITE = "ingest:write"
    GOALS_WRITE = "goals:write"
    IMPORTS_WRITE = "imports:write"
    SITES_WRITE = "sites:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as it is stored: its secret only as a hash, its sites by number, None for all of them."""

    id: str
    secret_hash: bytes
    name: str
    scopes: frozenset[Scope]
    sites: frozenset[int] | None
    origins: frozenset[str] = frozenset()
    made_by: str
    user: int | None = None
    """The account that made it; without one it belongs to the installation."""
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        """Tells whether it is neither revoked nor expired at that instant."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def may_see(self, site: int) -> bool:
        """Tells whether the site of that number is one of its own."""
        return self.sites is None or site in self.sites


def make_token(random: bytes) -> tuple[str, str]:
    """Returns id and secret of a new key, made from ID_BYTES + SECRET_BYTES random bytes."""
    if len(random) != ID_BYTES + SECRET_BYTES:
        raise ValueError(f"a key is made from {ID_BYTES + SECRET_BYTES} bytes")
    key_id = b32encode(random[:ID_BYTES]).decode().lower()
    return key_id, urlsafe_b64encode(random[ID_BYTES:]).rstrip(b"=").decode()


def format_token(key_id: str, secret: str) -> str:
    """Returns what a program shows to be let in: `vs_ID_SECRET`."""
    return f"vs_{key_id}_{secret}"


def parse_token(text: str) -> tuple[str, str] | None:
    """Returns id and secret of a token, or None for any other text."""
    found = _TOKEN.fullmatch(text)
    return (found[1], found[2]) if found else None


def hash_secret(secret: str) -> bytes:
    """Returns the SHA-256 by which a secret is stored; 256 random bits need no slower one."""
    return sha256(secret.encode()).digest()


def is_secret_of(key: Key, secret: str) -> bool:
    """Tells whether a secret is the key's own, in a time that says nothing about how near it came."""
    return compare_digest(key.secret_hash, hash_secret(secret))
