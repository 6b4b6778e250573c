"""An installation: a data folder, and the ports through which operations look at it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from analytics_service.ports.journal import Journals
from analytics_service.ports.storage import Storage


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """A data folder with all that is stored in it; nothing is opened before it is asked for."""

    folder: Path
    journal_folder: Path
    storage: Storage
    open_journals: Callable[[], AbstractContextManager[Journals]]
