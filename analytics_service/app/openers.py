"""Opens what is stored and journaled, for every process and command."""

from analytics_service import storage
from analytics_service.journal import FolderJournals
from analytics_service.ports.storage import Storage
from analytics_service.settings import Settings

JOURNAL_FOLDER = "journal"


def open_storage(settings: Settings) -> Storage:
    """Returns everything that is stored under these settings; each part is opened when it is asked for."""
    return storage.open(settings.database)


def open_journals(settings: Settings) -> FolderJournals:
    """Returns all journals of the data folder, as their one reader sees them; whoever asks closes it."""
    return FolderJournals(settings.folder / JOURNAL_FOLDER)
