"""config.db: sites, salts, tasks and keys, written rarely and briefly by any process."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.ports.storage import ConfigStores
from analytics_service.storage.sqlite.keys import Keys
from analytics_service.storage.sqlite.provisioning import CONFIG, create
from analytics_service.storage.sqlite.salts import Salts
from analytics_service.storage.sqlite.sites import Sites
from analytics_service.storage.sqlite.sql import open_for_writing
from analytics_service.storage.sqlite.tasks import Tasks

FILE = CONFIG.file
CONFIG_BUSY = timedelta(milliseconds=800)
"""How long a call waits for another program that holds config.db: whoever asks is not held up for longer."""


def create_config(folder: Path) -> None:
    """Makes or migrates config.db. Raises Unavailable where one was and is gone."""
    create(folder, CONFIG)


@contextmanager
def open_config(folder: Path) -> Iterator[ConfigStores]:
    """Opens sites, salts, tasks and keys of a folder over one connection. Raises Unavailable."""
    with _connect(folder) as connection:
        yield ConfigStores(Sites(connection), Salts(connection), Tasks(connection), Keys(connection))


@contextmanager
def _connect(folder: Path) -> Iterator[sqlite3.Connection]:
    with translated(str(folder / FILE)):
        connection = open_for_writing(
            folder / FILE,
            journal_mode=CONFIG.journal_mode,
            synchronous=CONFIG.synchronous,
            busy=CONFIG_BUSY,
        )
    try:
        yield connection
    finally:
        connection.close()
