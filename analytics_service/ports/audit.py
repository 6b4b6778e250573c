"""The audit log, as it is stored."""

from typing import Protocol

from analytics_service.domain.audit import Entry


class AuditLog(Protocol):
    """Entries that are added, and never changed but for their count; every call may raise Unavailable."""

    def add_entry(self, entry: Entry) -> None:
        """Stores an entry; those older than the retention are deleted."""
        ...

    def count_entry(self, entry: Entry) -> None:
        """Stores an entry, or counts it in the one of its event and subject within the same minute.

        That one's detail COUNT is how often it happened; a browser or country that is not that of all goes.
        """
        ...

    def entries(self, *, before: int | None = None, limit: int = 100, site: int | None = None) -> list[Entry]:
        """Returns entries, newest first: of one site or all, those before that number."""
        ...
