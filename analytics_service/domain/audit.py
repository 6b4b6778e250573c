"""The audit log: who did what, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

AUDIT_RETENTION = timedelta(days=730)
COUNT = "times"
"""The detail that says how often something happened within a minute."""


class Event(StrEnum):
    """What is written down of what people do."""

    LOGIN = "login"
    LOGIN_FAILED = "login-failed"
    LOGOUT = "logout"
    REFUSED = "refused"
    FORGED = "forged-request"
    USER_ADDED = "user-added"
    USER_CHANGED = "user-changed"
    USER_REMOVED = "user-removed"
    USER_INVITED = "user-invited"
    INVITATION_ENDED = "invitation-ended"
    CODE_MADE = "code-made"
    PASSWORD_CHANGED = "password-changed"
    RESET_REQUESTED = "reset-requested"
    FACTOR_ADDED = "second-factor-added"
    FACTOR_REMOVED = "second-factor-removed"
    RECOVERY_USED = "recovery-code-used"
    SESSION_ENDED = "session-ended"
    KEY_ADDED = "key-added"
    KEY_CHANGED = "key-changed"
    KEY_REVOKED = "key-revoked"
    SITE_ADDED = "site-added"
    SITE_CHANGED = "site-changed"
    SITE_DELETED = "site-deleted"
    SITE_RESTORED = "site-restored"
    SITE_REMOVED = "site-removed"
    VISITS_REVIEWED = "visits-reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log: `by` did it to `subject`; country and browser are those of who did it."""

    at: datetime
    by: str
    event: Event
    subject: str = ""
    site: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    country: str = ""
    browser: str = ""
    id: int = 0
