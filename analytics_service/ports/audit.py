"""The audit log, as it is stored."""

from typing import Protocol

from analytics_service.domain.audit import Entry


class AuditLog(Protocol):
    """Entries that are added and never changed; every call may raise Unavailable."""

    def add_entry(self, entry: Entry) -> None:
        """Stores an entry; those older than the retention are deleted."""
        ...

    def entries(self, *, before: int | None = None, limit: int = 100, site: int | None = None) -> list[Entry]:
        """Returns entries, newest first: of one site or all, those before that number."""
        ...
