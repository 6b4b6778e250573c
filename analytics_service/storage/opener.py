"""Opens a storage by its URL: the one place that knows which databases there are."""

from pathlib import Path

from analytics_service.errors import BadParameter
from analytics_service.ports.storage import Storage
from analytics_service.storage.sqlite.storage import SqliteStorage

SQLITE = "sqlite:"


def open_storage(url: str) -> Storage:
    """Returns what is stored at a URL; `sqlite:FOLDER` is the SQLite files of a data folder.

    Nothing is opened yet, and nothing made. Raises BadParameter for a URL of no known kind.
    """
    if url.startswith(SQLITE):
        return SqliteStorage(Path(url.removeprefix(SQLITE)))
    raise BadParameter("database", "value", f"{url!r} is no database; one is {SQLITE}FOLDER")
