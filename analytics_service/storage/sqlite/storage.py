"""All that is stored in the SQLite files of a data folder."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from pathlib import Path

from analytics_service.ports.answers import AnswerStore
from analytics_service.ports.databases import Copies, Databases, Presence
from analytics_service.ports.drops import DropReader
from analytics_service.ports.figures import FigureStore
from analytics_service.ports.storage import ApplierStores, ConfigStores
from analytics_service.ports.verification import Verifier
from analytics_service.storage.sqlite.config import open_config
from analytics_service.storage.sqlite.copies import FileCopies
from analytics_service.storage.sqlite.databases import FileDatabases
from analytics_service.storage.sqlite.vanished_files import FilePresence


class SqliteStorage:
    """`stats.db` and `config.db` of one folder; modules that only some commands need load when asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def databases(self) -> Databases:
        """The two files as a whole."""
        return FileDatabases(self._folder)

    @property
    def copies(self) -> Copies:
        """Copies of the two files."""
        return FileCopies(self._folder)

    def open_config(self, *, standing_still: bool = True) -> AbstractContextManager[ConfigStores]:
        """Opens config.db for reading and writing."""
        return open_config(self._folder, standing_still=standing_still)

    @contextmanager
    def open_applier(self) -> Iterator[ApplierStores]:
        """Opens stats.db as its only writer, and takes the lease."""
        from analytics_service.storage.sqlite.removal import FigureRemover
        from analytics_service.storage.sqlite.stats import open_stats_writer

        with open_stats_writer(self._folder) as stats:
            remover = FigureRemover(stats.changing)
            yield ApplierStores(stats, stats.verification(), stats.quarantine(), remover, stats.rollups)

    def open_figures(self, *, standing_still: bool = False) -> AbstractAsyncContextManager[FigureStore]:
        """Opens stats.db read only, without blocking the event loop."""
        from analytics_service.storage.sqlite.figures import open_figures

        return open_figures(self._folder, standing_still=standing_still)

    def open_answers(self, *, standing_still: bool = False) -> AbstractAsyncContextManager[AnswerStore]:
        """Opens stats.db read only for answers, on threads of their own."""
        from analytics_service.storage.sqlite.answers import open_answers

        return open_answers(self._folder, standing_still=standing_still)

    def open_verifier(self) -> AbstractContextManager[Verifier]:
        """Opens stats.db read only, for the sums and what is behind them."""
        from analytics_service.storage.sqlite.verification import open_verifier

        return open_verifier(self._folder)

    def open_drops(self) -> AbstractContextManager[DropReader]:
        """Opens stats.db read only, for what was dropped."""
        from analytics_service.storage.sqlite.drops import open_drops

        return open_drops(self._folder)

    def watch(self) -> Presence:
        """Remembers both files and the folder of journals as they are now."""
        return FilePresence(self._folder)
