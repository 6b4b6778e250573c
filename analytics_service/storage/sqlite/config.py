"""config.db: sites, salts, tasks and keys, written rarely and briefly by any process."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from analytics_service.disk.sqlite_errors import translated
from analytics_service.ports.storage import ConfigStores
from analytics_service.storage.sqlite.annotations import Annotations
from analytics_service.storage.sqlite.audit import Audit
from analytics_service.storage.sqlite.deliveries import Deliveries
from analytics_service.storage.sqlite.favourites import Favourites
from analytics_service.storage.sqlite.keys import Keys
from analytics_service.storage.sqlite.logins import Logins
from analytics_service.storage.sqlite.one_time import OneTimes
from analytics_service.storage.sqlite.provisioning import CONFIG, create
from analytics_service.storage.sqlite.removal import Removals
from analytics_service.storage.sqlite.salts import Salts
from analytics_service.storage.sqlite.sessions import Sessions
from analytics_service.storage.sqlite.sites import Sites
from analytics_service.storage.sqlite.sql import is_unwritable, open_for_writing, uri
from analytics_service.storage.sqlite.tasks import Tasks
from analytics_service.storage.sqlite.users import Users

FILE = CONFIG.file
CONFIG_BUSY = timedelta(milliseconds=800)
"""How long a call waits for another program that holds config.db: whoever asks is not held up for longer."""


def create_config(folder: Path) -> None:
    """Makes or migrates config.db. Raises Unavailable where one was and is gone."""
    create(folder, CONFIG)


@contextmanager
def open_config(folder: Path, *, standing_still: bool = True) -> Iterator[ConfigStores]:
    """Opens all that is configured in a folder over one connection. Raises Unavailable.

    With `standing_still` a disk that takes no writes is no error: what is there can be read.
    """
    with _connect(folder, standing_still=standing_still) as connection:
        yield ConfigStores(
            sites=Sites(connection),
            removals=Removals(connection),
            salts=Salts(connection),
            tasks=Tasks(connection),
            keys=Keys(connection),
            annotations=Annotations(connection),
            favourites=Favourites(connection),
            users=Users(connection),
            sessions=Sessions(connection),
            logins=Logins(connection),
            one_times=OneTimes(connection),
            audit=Audit(connection),
            deliveries=Deliveries(connection),
        )


@contextmanager
def _connect(folder: Path, *, standing_still: bool) -> Iterator[sqlite3.Connection]:
    with translated(str(folder / FILE)):
        connection = _open(folder / FILE, standing_still=standing_still)
    try:
        yield connection
    finally:
        connection.close()


def _open(path: Path, *, standing_still: bool) -> sqlite3.Connection:
    try:
        return open_for_writing(path, synchronous=CONFIG.synchronous, busy=CONFIG_BUSY)
    except sqlite3.OperationalError as error:
        if not standing_still or not is_unwritable(error):
            raise
        # Reading a WAL needs a file beside it; where none can be made, nobody is writing.
        how = "mode=ro&immutable=1"
        return sqlite3.connect(uri(path, how), uri=True, isolation_level=None, check_same_thread=False)
