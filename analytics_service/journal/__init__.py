"""The journal: facts accepted and not yet applied, one SQLite file per worker, group commit."""

from analytics_service.journal.reader import FolderJournals
from analytics_service.journal.writer import Journal, NoJournal, open_journal

__all__ = ["FolderJournals", "Journal", "NoJournal", "open_journal"]
