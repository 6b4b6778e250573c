"""What a worker does beside answering: it keeps its memory true."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics_service.collecting import Collector, Directory, keep_salts, read_sites
from analytics_service.domain.facts import encode
from analytics_service.errors import Unavailable
from analytics_service.journal import Journal, NoJournal
from analytics_service.ports import Clock, ConfigStore, Randomness
from analytics_service.storage.sqlite.figures import Figures
from analytics_service.web.errors import TOLD_EACH, Seldom

NOTICED_WITHIN = 0.5
SALTS_KEPT_EACH = timedelta(minutes=1)
DROPS_TOLD_EACH = timedelta(seconds=10)
PEAKS_TOLD_EACH = timedelta(seconds=5)
TRIMMED_EACH = timedelta(seconds=2)
LAG_TOLERATED = timedelta(seconds=15)

log = logging.getLogger(__name__)
log.addFilter(Seldom(TOLD_EACH))


@dataclass(kw_only=True, slots=True)
class Keeper:
    """Keeps a worker's memory true: sites, salts, drop summaries, trimming; sees when it must end."""

    config: ConfigStore
    figures: Figures
    journal: Journal | NoJournal
    directory: Directory
    collector: Collector
    clock: Clock
    random: Randomness
    stop: Callable[[], None]
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _version: int = -1
    _salted_at: datetime | None = None
    _applied_at: datetime | None = None

    def begin_knowing(self) -> None:
        """The first look; without it beacons get a 503 until one succeeds."""
        try:
            self.notice()
        except Unavailable as error:
            log.error("sites and salts cannot be read yet: %s", error)

    def notice(self) -> None:
        """Reads sites where they changed, and salts where one is due."""
        version = self.config.version()
        at = self.clock()
        fresh = self._salted_at is not None and abs(at - self._salted_at) < SALTS_KEPT_EACH
        if version != self._version:
            self.directory.by_name = read_sites(self.config)
        if version != self._version or not fresh or self._crossed_midnight(at):
            sites = self.directory.sites()
            self.directory.salts = keep_salts(self.config, sites, at, self.random)
            self._salted_at = at
        self._version = version

    def _crossed_midnight(self, at: datetime) -> bool:
        return self._salted_at is not None and at.hour != self._salted_at.hour

    async def _trim(self) -> None:
        durable, applied = await self.figures.position(self.journal.name)
        self.journal.passed(durable)
        if applied >= self.journal.last_seq:
            self._applied_at = self.clock()

    def unready(self) -> list[str]:
        """Why the service is not ready."""
        reasons = []
        if isinstance(self.journal, NoJournal):
            reasons.append("no journal can be made: is the disk full?")
        if self.journal.failed.is_set():
            reasons.append("the journal cannot be written")
        if self._applied_at is not None and self.clock() - self._applied_at > LAG_TOLERATED:
            reasons.append("the applier is behind")
        return reasons

    def _tell_drops(self) -> None:
        for fact in self.collector.drop_summaries(self.clock()):
            self.journal.append(encode(fact)).add_done_callback(lambda done: done.exception())

    async def _tell_peaks(self) -> None:
        for fact in await self.collector.peaks(self.clock()):
            self.journal.append(encode(fact)).add_done_callback(lambda done: done.exception())

    async def _each(self, every: float, step: Callable[[], object]) -> None:
        while True:
            await asyncio.sleep(every)
            try:
                outcome = step()
                if asyncio.iscoroutine(outcome):
                    await outcome
            except Unavailable as error:
                log.warning("%s", error)

    async def _watch(self) -> None:
        await self.journal.failed.wait()
        self.stop()

    def begin(self) -> None:
        """Starts keeping."""
        steps: list[tuple[float, Callable[[], object]]] = [
            (NOTICED_WITHIN, self.notice),
            (TRIMMED_EACH.total_seconds(), self._trim),
            (DROPS_TOLD_EACH.total_seconds(), self._tell_drops),
            (PEAKS_TOLD_EACH.total_seconds(), self._tell_peaks),
        ]
        self._tasks = [asyncio.create_task(self._each(every, step)) for every, step in steps]
        self._tasks.append(asyncio.create_task(self._watch()))

    async def end(self) -> None:
        """Stops keeping; what was dropped is told once more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Unavailable):
            self._tell_drops()
