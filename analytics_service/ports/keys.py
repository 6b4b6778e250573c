"""Keys of other programs, as they are stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from analytics_service.domain.keys import Key


class KeyStore(Protocol):
    """Keys, written rarely and briefly by any process; every call may raise Unavailable."""

    def keys(self) -> list[Key]:
        """Returns all keys, oldest first, also those that are revoked or expired."""
        ...

    def add_key(self, key: Key) -> None:
        """Stores a new key. Raises Refused where there is one of that id."""
        ...

    def revoke_key(self, key_id: str, at: datetime) -> Key | None:
        """Ends a key and returns it; None where there is none. One that was revoked keeps its time."""
        ...

    def give_keys(self, user: int, to: int, name: str) -> int:
        """Gives the keys of an account to another one of that name; returns how many."""
        ...

    def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """Notes when keys were last used, by their id; an earlier time than the stored one is ignored."""
        ...
