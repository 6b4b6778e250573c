"""Sessions of people who are signed in, as they are stored."""

from datetime import datetime
from typing import Protocol

from analytics_service.domain.sessions import Session


class SessionStore(Protocol):
    """Sessions, written briefly by any process; every call may raise Unavailable."""

    def add_session(self, session: Session, *, replaces: bytes | None = None) -> None:
        """Stores a new session, in place of the one of that hash; sessions of long ago are deleted."""
        ...

    def find_session(self, token_hash: bytes) -> Session | None:
        """Returns the session of that hash, valid or not; None where there is none."""
        ...

    def sessions(self, user: int | None = None) -> list[Session]:
        """Returns the sessions of an account, or of all of them, newest first."""
        ...

    def touch_session(self, token_hash: bytes, at: datetime) -> None:
        """Notes that a session was used; one that ended stays ended."""
        ...

    def end_session(self, token_hash: bytes) -> Session | None:
        """Ends a session and returns it; None where there is none."""
        ...

    def end_sessions(self, user: int, *, but: bytes | None = None) -> int:
        """Ends all sessions of an account, but the one of that hash; returns how many."""
        ...
