"""What a worker does beside answering: it keeps sites and salts current, writes summaries, trims."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics_service.administering.keys import KeyCache
from analytics_service.app.applier_lag import Lag
from analytics_service.app.background import in_background
from analytics_service.collecting.admit import Collector
from analytics_service.collecting.salts import keep_salts
from analytics_service.collecting.sites import read_sites
from analytics_service.domain.facts import encode
from analytics_service.domain.limits import LAG_LIMIT
from analytics_service.errors import Unavailable
from analytics_service.logs import LOG_INTERVAL, ThrottleFilter
from analytics_service.ports.clock import Clock, Randomness
from analytics_service.ports.databases import Presence
from analytics_service.ports.figures import FigureStore
from analytics_service.ports.journal import WorkerJournal
from analytics_service.ports.storage import ConfigStores

CONFIG_INTERVAL = timedelta(seconds=0.5)
FILES_INTERVAL = timedelta(seconds=0.5)
SALTS_INTERVAL = timedelta(minutes=1)
DROPS_INTERVAL = timedelta(seconds=10)
PEAKS_INTERVAL = timedelta(seconds=5)
TRIM_INTERVAL = timedelta(seconds=2)
SWEEP_INTERVAL = timedelta(minutes=1)

log = logging.getLogger(__name__)
log.addFilter(ThrottleFilter(LOG_INTERVAL))


@dataclass(kw_only=True, slots=True)
class WorkerTasks:
    """Steps that a worker repeats, each at its interval; `stop` is called when the worker must end."""

    config: ConfigStores
    figures: FigureStore
    journal: WorkerJournal
    files: Presence
    collector: Collector
    keys: KeyCache
    clock: Clock
    random: Randomness
    stop: Callable[[], None]
    is_applier_away: Callable[[], bool]
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _version: int = -1
    _salted_at: datetime | None = None
    _lag: Lag = field(default_factory=Lag)
    _gone: list[str] = field(default_factory=list)
    _reloading: asyncio.Future[None] | None = None

    def load_config(self) -> None:
        """Reads sites and salts for the first time; beacons get a 503 until that succeeds."""
        try:
            self.reload_if_changed()
        except Unavailable as error:
            log.error("sites and salts cannot be read yet: %s", error)

    def reload_if_changed(self) -> None:
        """Reads sites where they changed, and salts where one is due; what fails is tried again next time."""
        version = self.config.sites.version()
        at = self.clock()
        cache = self.collector.sites
        has_changed = version != self._version or (cache.expires_at is not None and at >= cache.expires_at)
        known = read_sites(self.config.sites, at) if has_changed else cache
        if has_changed:
            self.keys.replace(self.config.keys.keys(), at)
        fresh = self._salted_at is not None and abs(at - self._salted_at) < SALTS_INTERVAL
        try:
            if has_changed or not fresh or self._crossed_midnight(at):
                # Before the sites: no beacon meets a site that has no salt yet.
                self.collector.salts.replace(keep_salts(self.config.salts, known.all(), at, self.random))
                self._salted_at = at
        finally:
            if known is not cache:
                # All the sites of a start are no news.
                cache.replace(known, is_start=self._version < 0)
        self._version = version

    def _crossed_midnight(self, at: datetime) -> bool:
        return self._salted_at is not None and at.hour != self._salted_at.hour

    async def _reload_config(self) -> None:
        self.collector.salts.forget_days(self.clock())
        # In a thread: it waits where another program holds config.db, and beacons must not.
        self._reloading = asyncio.ensure_future(asyncio.to_thread(self._exchange_config))
        await asyncio.shield(self._reloading)

    def _exchange_config(self) -> None:
        self.reload_if_changed()
        # Here, since one connection carries one transaction at a time.
        self.keys.write_uses(self.config.keys, self.clock())

    async def _trim(self) -> None:
        self._lag.written(self.journal.last_seq, time.monotonic())
        durable, applied = await self.figures.position(self.journal.name)
        self._lag.applied(applied)
        # What is applied to a file that nobody finds again is not safe there.
        if not self.files.gone():
            self.journal.passed(durable)

    def _check_files(self) -> None:
        gone = self.files.gone()
        if gone and gone != self._gone:
            log.critical(
                "removed or replaced while the service runs: %s. No beacon is accepted. Put it back, or stop "
                "the service and restore a backup with `analytics-service restore FILE --replace`",
                ", ".join(gone),
            )
        elif self._gone and not gone:
            log.warning("back in the data folder: %s. Beacons are accepted again", ", ".join(self._gone))
        self._gone = gone
        self.journal.refusal = f"missing: {', '.join(gone)}" if gone else ""
        if not gone:
            self.journal.look()
            # A successor could not open what is missing; as long as this worker stays, beacons get a 503.
            if self.journal.failed.is_set():
                self.stop()

    def unready(self) -> list[str]:
        """Returns the reasons why the service is not ready; none where it is."""
        reasons = []
        if not self.journal.name:
            reasons.append("no journal can be made: is the disk full?")
        if self.journal.failed.is_set():
            reasons.append("the journal cannot be written")
        if self._gone:
            reasons.append("a database or the folder of journals is missing")
        if self._lag.seconds(time.monotonic()) > LAG_LIMIT.total_seconds():
            reasons.append("the applier is behind")
        if self.is_applier_away():
            reasons.append("the applier does not run")
        return reasons

    def _write_drops(self) -> None:
        for fact in self.collector.drops.take_summaries(self.clock()):
            self.journal.append(encode(fact)).add_done_callback(lambda done: done.exception())

    async def _write_peaks(self) -> None:
        for fact in await self.collector.peaks.take_higher(self.collector.live, self.clock()):
            self.journal.append(encode(fact)).add_done_callback(lambda done: done.exception())

    async def _repeat(self, interval: timedelta, step: Callable[[], object]) -> None:
        while True:
            await asyncio.sleep(interval.total_seconds())
            try:
                outcome = step()
                if asyncio.iscoroutine(outcome):
                    await outcome
            except Unavailable as error:
                log.warning("%s", error)

    def begin(self) -> None:
        """Starts all steps, each in a task of its own."""
        steps: list[tuple[timedelta, Callable[[], object]]] = [
            (CONFIG_INTERVAL, self._reload_config),
            (FILES_INTERVAL, self._check_files),
            (TRIM_INTERVAL, self._trim),
            (SWEEP_INTERVAL, self.journal.sweep),
            (DROPS_INTERVAL, self._write_drops),
            (PEAKS_INTERVAL, self._write_peaks),
        ]
        self._tasks = [in_background(self._repeat(interval, step), self.stop) for interval, step in steps]

    async def end(self) -> None:
        """Stops all steps, and writes a last summary of what was dropped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._reloading is not None:
            # A thread cannot be cancelled, and config.db is closed next.
            await asyncio.gather(self._reloading, return_exceptions=True)
        with suppress(Unavailable):
            self.keys.write_uses(self.config.keys, self.clock(), is_last=True)
        with suppress(Unavailable):
            self._write_drops()
