"""Keys: made, listed and revoked by people; found in memory by whoever is asked for figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from analytics_service.domain.choices import choose, shorten
from analytics_service.domain.hosts import origin_of
from analytics_service.domain.keys import (
    ID_BYTES,
    SECRET_BYTES,
    Key,
    Scope,
    format_token,
    hash_secret,
    is_secret_of,
    make_token,
    parse_token,
)
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.ports.clock import Randomness
from analytics_service.ports.keys import KeyStore

NAME_LIMIT, ORIGINS_LIMIT = 100, 20
USE_INTERVAL = timedelta(minutes=1)
"""How often the last use of keys is written, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What a new key shall be; `sites` are the sites that it may see, None all of them."""

    name: str = ""
    scopes: Sequence[str] = (Scope.STATS_READ.value,)
    sites: Sequence[Site] | None = None
    origins: Sequence[str] = ()
    expires: str | None = None


def add_key(
    keys: KeyStore, new: NewKey, *, at: datetime, random: Randomness, by: str, user: int | None = None
) -> tuple[Key, str]:
    """Stores a new key and returns it with its token, which nobody can read anywhere afterwards.

    Raises BadParameter for a wrong scope, origin, name or day.
    """
    key_id, secret = make_token(random(ID_BYTES + SECRET_BYTES))
    if not new.scopes:
        raise BadParameter("scope", "value", "a key needs at least one scope", tuple(Scope))
    if len(new.name) > NAME_LIMIT or not new.name.isprintable():
        raise BadParameter("name", "value", f"must be printable, and at most {NAME_LIMIT} characters long")
    if len(new.origins) > ORIGINS_LIMIT:
        raise BadParameter("origin", "value", f"at most {ORIGINS_LIMIT} are allowed")
    key = Key(
        id=key_id,
        secret_hash=hash_secret(secret),
        name=new.name,
        scopes=frozenset(Scope(choose("scope", scope, Scope)) for scope in new.scopes),
        sites=None if new.sites is None else frozenset(site.number for site in new.sites),
        origins=frozenset(_parse_origin(origin) for origin in new.origins),
        made_by=by,
        user=user,
        made_at=at,
        expires_at=_parse_expiry(new.expires, at) if new.expires is not None else None,
    )
    keys.add_key(key)
    return key, format_token(key_id, secret)


def revoke_key(keys: KeyStore, key_id: str, at: datetime) -> Key:
    """Ends a key and returns it. Raises BadParameter where there is none of that id."""
    # Whoever pastes the whole key means this one, too.
    token = parse_token(key_id)
    found = keys.revoke_key(token[0] if token else key_id, at)
    if found is None:
        problem = f"there is no key {shorten(key_id)}; see `key list`"
        raise BadParameter("id", "value", problem)
    return found


def _parse_origin(text: str) -> str:
    origin = origin_of(text)
    if origin is None:
        problem = f"{shorten(text)} is no origin; one is https://HOST, with a port where it has one"
        raise BadParameter("origin", "value", problem)
    return origin


def _parse_expiry(text: str, at: datetime) -> datetime:
    """Returns the instant at which a key ends: after a day in UTC, or at an RFC 3339 instant."""
    try:
        if len(text) == len("2026-11-22"):
            end = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
        else:
            end = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        end = None
    if end is None or end.tzinfo is None:
        raise BadParameter("expires", "value", f"{shorten(text)} is no day such as 2027-01-31")
    if end <= at:
        raise BadParameter("expires", "value", f"{shorten(text)} is over already")
    return end.astimezone(UTC)


@dataclass(slots=True)
class KeyCache:
    """The keys as they were last read, and which of them were used since their uses were last written."""

    by_id: dict[str, Key] = field(default_factory=dict)
    origins: frozenset[str] = frozenset()
    """Every origin that some valid key lists, for preflights, which carry no key."""
    _uses: dict[str, datetime] = field(default_factory=dict)
    _written_at: datetime | None = None

    def find(self, token: str, at: datetime) -> Key | None:
        """Returns the key of that token, and notes its use; None where none is valid at that instant."""
        parts = parse_token(token)
        key = self.by_id.get(parts[0]) if parts else None
        if parts is None or key is None or not is_secret_of(key, parts[1]) or not key.is_valid(at):
            return None
        self._uses[key.id] = at
        return key

    def find_again(self, principal: object, at: datetime) -> Key | None:
        """Returns the key that somebody showed, as it is now; None where it is no longer valid."""
        key = self.by_id.get(principal.id) if isinstance(principal, Key) else None
        return key if key is not None and key.is_valid(at) else None

    def replace(self, keys: Sequence[Key], at: datetime) -> None:
        """Takes in the keys as they are stored now; those that are no longer valid are left out."""
        valid = [key for key in keys if key.is_valid(at)]
        self.origins = frozenset().union(*(key.origins for key in valid))
        self.by_id = {key.id: key for key in valid}

    def write_uses(self, store: KeyStore, at: datetime, *, is_last: bool = False) -> None:
        """Writes when keys were last used, at most once in USE_INTERVAL, or now where no other will follow.

        Raises Unavailable.
        """
        is_early = self._written_at is not None and abs(at - self._written_at) < USE_INTERVAL
        if (is_early and not is_last) or not self._uses:
            return
        uses, self._uses = self._uses, {}
        self._written_at = at
        store.note_uses(uses)
