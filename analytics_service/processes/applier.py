"""The applier's process: one at a time on a machine, held by a lock and an epoch."""

import logging
import os
import signal
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from analytics_service.applying.applier import LARGEST_ROUND, SMALLEST_ROUND, Applier, zones_or_utc
from analytics_service.applying.maintenance import Maintenance
from analytics_service.applying.reclassification import Reclassification
from analytics_service.disk.locks import lock
from analytics_service.domain.site import ZoneSince
from analytics_service.errors import LeaseLost, Unavailable
from analytics_service.journal import FolderJournals
from analytics_service.ports.clock import Clock
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import Config, open_config, open_tasks
from analytics_service.storage.sqlite.presence import FilePresence
from analytics_service.storage.sqlite.stats import open_stats_writer

IDLE = 0.1
DURABLE_EACH = 3.0
FORGET_EACH = 600.0
CARE_EACH = 0.5
QUICK_ROUND, SLOW_ROUND = 0.4, 1.0
BEAT, LONG = b".", b"l"
"""Marks on the pipe to the supervisor: a round is done; what comes now may take longer than a round."""

log = logging.getLogger(__name__)


class Sites:
    """Every site's zones and host names, read again when config.db changed."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._version = -1
        self._zones: dict[int, tuple[ZoneSince, ...]] = {}
        self._hosts: dict[int, frozenset[str]] = {}
        self._zones_of = zones_or_utc(self._zones)

    def refresh(self) -> None:
        """Reads the sites where they changed; what is known of them holds while config.db is locked."""
        try:
            self._read()
        except Unavailable as error:
            if not self._zones:
                raise
            log.warning("%s", error)

    def _read(self) -> None:
        version = self._config.version()
        if version != self._version:
            # No more of a site than is used here: rules that cannot be read stop no figure.
            self._zones.update(self._config.zones())
            self._hosts = self._config.host_names()
            self._version = version

    def zones_of(self, site: int) -> tuple[ZoneSince, ...]:
        """The site's zones; a site that is new is looked for at once."""
        if site and site not in self._zones:
            self._version = -1
            self._read()
        return self._zones_of(site)

    def hosts_of(self, site: int) -> frozenset[str]:
        """The site's own host names."""
        return self._hosts.get(site, frozenset())


@dataclass(slots=True)
class Process:
    """What an applier's process runs with; `beats` is the descriptor that its supervisor listens at."""

    settings: Settings
    clock: Clock
    stopping: Event
    beats: int | None = None
    until_idle: bool = False
    applied: int = 0

    def beat(self, mark: bytes = BEAT) -> None:
        """Tells the supervisor that a round is done, or that something longer begins."""
        if self.beats is not None:
            # Whoever outlives the supervisor is told to end in another way.
            with suppress(BlockingIOError, BrokenPipeError):
                os.write(self.beats, mark)


def run_applier(settings: Settings, beats: int, *, clock: Clock) -> int:
    """Applies until SIGTERM, then applies what is left; returns the exit status."""
    process = Process(settings, clock, Event(), beats)
    signal.signal(signal.SIGTERM, lambda *_: process.stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        held = _wait_for_lock(process)
        if held is not None:
            try:
                _open_and_apply(process)
            finally:
                os.close(held)
    except LeaseLost:
        log.error("another applier has taken over")
        return 5
    except Unavailable as error:
        log.error("the applier ends: %s", error)
        return 1
    return 0


def run_alone(settings: Settings, *, clock: Clock, stay: bool) -> int:
    """Applies what waits (or, to `stay`, until SIGTERM); how many facts. Raises Unavailable."""
    process = Process(settings, clock, Event(), until_idle=not stay)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stopping.set())
    held = lock(settings.folder / "applier.lock")
    if held is None:
        raise Unavailable(f"another applier works on {settings.folder}; what waits is applied by that one")
    try:
        _open_and_apply(process)
    except LeaseLost:
        raise Unavailable("another applier has taken over") from None
    finally:
        os.close(held)
    return process.applied


def _open_and_apply(process: Process) -> None:
    settings = process.settings
    files = FilePresence(settings.folder)
    with (
        closing(FolderJournals(settings.folder / "journal")) as journals,
        open_stats_writer(settings.folder) as stats,
        open_config(settings.folder) as config,
        open_tasks(settings.folder) as orders,
    ):
        sites = Sites(config)
        cap = settings.dimension_cap
        applier = Applier(journals, stats, sites.zones_of, hosts_of=sites.hosts_of, dimension_cap=cap)
        retention = timedelta(days=settings.retention_days) if settings.retention_days else None
        truth = stats.truth()
        recounting = Reclassification(
            stats, stats.suspects(), truth, sites.zones_of, hosts_of=sites.hosts_of, cap=cap
        )
        care = Maintenance(truth, orders, recounting, clock=process.clock, retention=retention)
        _apply(process, applier, sites, care, files)


def _apply(process: Process, applier: Applier, sites: Sites, care: Maintenance, files: FilePresence) -> None:
    durable_at, forgot_at, cared_at = time.monotonic(), float("-inf"), 0.0
    round_size = SMALLEST_ROUND
    while True:
        _wait_for_files(process, files)
        ending = process.stopping.is_set()
        sites.refresh()
        began = time.monotonic()
        applied = applier.apply_round(round_size)
        process.applied += applied
        process.beat()
        now = time.monotonic()
        if applied >= round_size:
            # What is behind is worked off in large rounds, on a slow machine in smaller ones.
            factor = 2 if now - began < QUICK_ROUND else 0.5 if now - began > SLOW_ROUND else 1
            round_size = int(min(max(round_size * factor, SMALLEST_ROUND), LARGEST_ROUND))
        finishing = not applied and (ending or process.until_idle)
        if now - durable_at >= DURABLE_EACH or finishing:
            process.beat(LONG)
            applier.make_durable()
            process.beat()
            durable_at = time.monotonic()
        # What is counted again needs the ids that come with it until it is done.
        if now - forgot_at >= FORGET_EACH and care.may_forget():
            process.beat(LONG)
            applier.forget(process.clock)
            care.forget()
            forgot_at = now
        if now - cared_at >= CARE_EACH or process.until_idle:
            process.beat(LONG)
            if care.step():
                applied = applied or 1
            else:
                cared_at = now
            process.beat()
        if finishing and (ending or not applied):
            return
        if not applied:
            process.stopping.wait(IDLE)


def _wait_for_files(process: Process, files: FilePresence) -> None:
    """Returns once all files are in their place. Raises Unavailable where nobody is to wait for that.

    What is applied to a file that was removed is lost, and could no longer be applied again.
    """
    told = False
    while gone := files.gone():
        problem = f"removed or replaced while the applier runs: {', '.join(gone)}"
        if process.until_idle or process.stopping.is_set():
            raise Unavailable(problem)
        if not told:
            log.error("%s; nothing is applied until it is back", problem)
            told = True
        process.beat()
        process.stopping.wait(IDLE)


def _wait_for_lock(process: Process) -> int | None:
    while not process.stopping.is_set():
        held = lock(process.settings.folder / "applier.lock")
        if held is not None:
            return held
        process.beat()
        process.stopping.wait(0.2)
    return None
