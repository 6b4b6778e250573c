"""The audit log: entries are written by whoever changes something, and read by administrators."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from analytics_service.domain.audit import Entry, Event
from analytics_service.domain.sessions import Visitor
from analytics_service.ports.audit import AuditLog

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: the name that the log shows, and what is known of their browser."""

    name: str
    visitor: Visitor = field(default_factory=Visitor)


def command_line(user: str) -> Actor:
    """Returns the actor of a command, by the name of the user who runs it."""
    return Actor(f"{user} (command line)")


def record(
    audit: AuditLog,
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    subject: str = "",
    site: int | None = None,
    details: Mapping[str, str] | None = None,
    is_counted: bool = False,
) -> None:
    """Writes an entry, and a line to the log of the process. Raises Unavailable.

    With `is_counted` an entry of the same event and subject within the minute counts one more instead.
    """
    entry = Entry(
        at=at,
        by=actor.name,
        event=event,
        subject=subject,
        site=site,
        details=details or {},
        country=actor.visitor.country,
        browser=actor.visitor.browser,
    )
    if is_counted:
        audit.count_entry(entry)
    else:
        audit.add_entry(entry)
    log.info("%s: %s by %s", event.value, subject or "-", actor.name)
