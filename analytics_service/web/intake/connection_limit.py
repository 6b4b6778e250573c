"""Who may be connected at once: so many in all, and so many from one address."""

from collections import Counter
from typing import Protocol

from analytics_service.domain.visitors import sender

CONNECTION_LIMIT = 4096
"""Open connections of one worker."""
SENDER_SHARE = 4
"""One address that is no trusted proxy (IPv6: its /64) has a quarter of them at most."""
REFUSED_LIMIT = 256
"""How many of those that are one too many wait for their refusal."""


class Connection(Protocol):
    """What can be sent away."""

    def leave(self) -> None:
        """Closes it without a word."""


class Crowd:
    """The open connections of a worker; those that sent no whole request yet give way to newer ones."""

    def __init__(self, limit: int = CONNECTION_LIMIT) -> None:
        self._limit = limit
        self._open_of: Counter[str] = Counter()
        self._names: dict[Connection, str] = {}
        # In the order of their coming.
        self._silent_of: dict[str, dict[Connection, None]] = {}
        self._silent: dict[Connection, None] = {}
        self._refused: dict[Connection, None] = {}

    def enter(self, connection: Connection, address: str, *, is_proxy: bool) -> bool:
        """Tells whether it is served; it is one too many where nobody can be sent away for it."""
        who = "" if is_proxy or not address else sender(address)
        if not self._has_room(who):
            self._refused[connection] = None
            if len(self._refused) > REFUSED_LIMIT:
                self._send_away(self._refused)
            return False
        self._names[connection] = who
        self._open_of[who] += 1
        self._silent[connection] = None
        self._silent_of.setdefault(who, {})[connection] = None
        return True

    def _has_room(self, who: str) -> bool:
        if who and self._open_of[who] >= self._limit // SENDER_SHARE:
            return self._send_away(self._silent_of.get(who, {}))
        return len(self._names) < self._limit or self._send_away(self._silent)

    def _send_away(self, some: dict[Connection, None]) -> bool:
        oldest = next(iter(some), None)
        if oldest is None:
            return False
        self.exit(oldest)
        oldest.leave()
        return True

    def keep(self, connection: Connection) -> None:
        """Lets it stay: it has sent a whole request."""
        if connection in self._silent:
            del self._silent[connection]
            who = self._names[connection]
            del self._silent_of[who][connection]
            if not self._silent_of[who]:
                del self._silent_of[who]

    def exit(self, connection: Connection) -> None:
        """Forgets it; it may be gone for the second time."""
        self.keep(connection)
        self._refused.pop(connection, None)
        who = self._names.pop(connection, None)
        if who is not None:
            self._open_of[who] -= 1
            if not self._open_of[who]:
                del self._open_of[who]
