"""The applier's process: a lock file and a lease make sure that there is one at a time."""

import logging
import os
import signal
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from analytics_service.app.openers import open_journals, open_storage
from analytics_service.applying.applier import LARGEST_ROUND, SMALLEST_ROUND, Applier, zones_or_utc
from analytics_service.applying.maintenance import Maintenance
from analytics_service.applying.reclassification import Reclassification
from analytics_service.applying.removal import Removal
from analytics_service.disk.locks import lock
from analytics_service.domain.site import ZoneSince
from analytics_service.errors import LeaseLost, Unavailable
from analytics_service.operating.lock_holders import APPLIER_LOCK
from analytics_service.ports.clock import Clock
from analytics_service.ports.databases import Presence
from analytics_service.ports.storage import ConfigStores
from analytics_service.processes.heartbeat import ALIVE, LONG_WORK, send_heartbeat
from analytics_service.settings import Settings

IDLE_INTERVAL = timedelta(seconds=0.1)
LOCK_INTERVAL = timedelta(seconds=0.2)
CHECKPOINT_INTERVAL = timedelta(seconds=3)
STUCK_AFTER = timedelta(minutes=5)
FORGET_INTERVAL = timedelta(minutes=10)
MAINTENANCE_INTERVAL = timedelta(seconds=0.5)
QUICK_ROUND = timedelta(seconds=0.4)
SLOW_ROUND = timedelta(seconds=1)

log = logging.getLogger(__name__)


class SiteZones:
    """The time zones and host names of all sites, and which are gone; read again whenever one was changed."""

    def __init__(self, config: ConfigStores) -> None:
        self._sites = config.sites
        self._removals = config.removals
        self._version = -1
        self._zones: dict[int, tuple[ZoneSince, ...]] = {}
        self._hosts: dict[int, frozenset[str]] = {}
        self._removed: frozenset[int] = frozenset()
        self._zones_of = zones_or_utc(self._zones)

    def refresh(self) -> None:
        """Reads the sites again where one changed; the last ones read hold while config.db is locked."""
        try:
            self._read()
        except Unavailable as error:
            if not self._zones:
                raise
            log.warning("%s", error)

    def _read(self) -> None:
        version = self._sites.version()
        if version != self._version:
            # Only what is used here: rules that cannot be read must not stop the figures.
            self._zones.update(self._sites.zones())
            self._hosts = self._sites.host_names()
            self._removed = self._removals.removed()
            self._version = version

    def zones_of(self, site: int) -> tuple[ZoneSince, ...]:
        """Returns the site's zones; reads the sites again at once for one that is not known yet."""
        if site and site not in self._zones:
            self.read_again()
        return self._zones_of(site)

    def read_again(self) -> None:
        """Reads the sites also where only this connection changed them. Raises Unavailable."""
        self._version = -1
        self._read()

    def is_removed(self, site: int) -> bool:
        """Tells whether a site is gone or going, so that its facts are skipped."""
        return site in self._removed

    def hosts_of(self, site: int) -> frozenset[str]:
        """Returns the host names of a site; none where it is not known."""
        return self._hosts.get(site, frozenset())


@dataclass(slots=True)
class Process:
    """What the applier's process runs with; `heartbeats` is the descriptor of the supervisor's pipe."""

    settings: Settings
    clock: Clock
    stopping: Event
    heartbeats: int | None = None
    until_idle: bool = False
    applied: int = 0

    def heartbeat(self, mark: bytes = ALIVE) -> None:
        """Shows the supervisor, where there is one, that a round is done or that longer work begins."""
        if self.heartbeats is not None:
            send_heartbeat(self.heartbeats, mark)


def run_applier(settings: Settings, heartbeats: int, *, clock: Clock) -> int:
    """Applies until SIGTERM, then applies what still waits; returns the exit status."""
    process = Process(settings, clock, Event(), heartbeats)
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
        log.error("the applier ends, because another one has taken over")
        return 5
    except Unavailable as error:
        log.error("the applier ends: %s", error)
        return 1
    return 0


def run_alone(settings: Settings, *, clock: Clock, stay: bool) -> int:
    """Applies what waits, or until SIGTERM if it is to `stay`; returns how many facts. Raises Unavailable."""
    process = Process(settings, clock, Event(), until_idle=not stay)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stopping.set())
    held = lock(settings.folder / APPLIER_LOCK)
    if held is None:
        raise Unavailable(f"another applier is running on {settings.folder} and applies what waits")
    try:
        _open_and_apply(process)
    except LeaseLost:
        raise Unavailable("another applier has taken over") from None
    finally:
        os.close(held)
    return process.applied


def _open_and_apply(process: Process) -> None:
    settings = process.settings
    storage = open_storage(settings.database)
    files = storage.watch()
    with (
        closing(open_journals(settings.folder)) as journals,
        storage.open_applier() as stores,
        storage.open_config(standing_still=False) as config,
    ):
        sites = SiteZones(config)
        cap = settings.dimension_cap
        applier = Applier(
            journals,
            stores.stats,
            sites.zones_of,
            hosts_of=sites.hosts_of,
            is_removed=sites.is_removed,
            dimension_cap=cap,
        )
        reclassification = Reclassification(
            stores.stats,
            stores.quarantine,
            stores.verification,
            sites.zones_of,
            hosts_of=sites.hosts_of,
            cap=cap,
        )
        maintenance = Maintenance(
            stores.verification,
            config.tasks,
            reclassification,
            Removal(
                config.sites, config.removals, stores.remover, config.audit, reload_sites=sites.read_again
            ),
            rollups=stores.rollups,
            clock=process.clock,
            retention=timedelta(days=settings.retention_days) if settings.retention_days else None,
        )
        _apply(process, applier, sites, maintenance, files)


def _apply(
    process: Process, applier: Applier, sites: SiteZones, maintenance: Maintenance, files: Presence
) -> None:
    durable_at, forgot_at, maintained_at = time.monotonic(), float("-inf"), 0.0
    round_size, checkpoints = SMALLEST_ROUND, Checkpoints()
    while True:
        _wait_for_files(process, files)
        ending = process.stopping.is_set()
        sites.refresh()
        began = time.monotonic()
        applied = applier.apply_round(round_size)
        process.applied += applied
        process.heartbeat()
        now = time.monotonic()
        if applied >= round_size:
            round_size = _next_round_size(round_size, timedelta(seconds=now - began))
        finishing = not applied and (ending or process.until_idle)
        if now - durable_at >= CHECKPOINT_INTERVAL.total_seconds() or finishing:
            process.heartbeat(LONG_WORK)
            checkpoints.make(applier)
            process.heartbeat()
            durable_at = time.monotonic()
        # A reclassification needs the ids of its facts until it is done.
        if now - forgot_at >= FORGET_INTERVAL.total_seconds() and maintenance.may_forget():
            process.heartbeat(LONG_WORK)
            if applier.forget(process.clock):
                applied = applied or 1
            else:
                forgot_at = now
        if now - maintained_at >= MAINTENANCE_INTERVAL.total_seconds() or process.until_idle:
            process.heartbeat(LONG_WORK)
            if maintenance.step():
                applied = applied or 1
            else:
                maintained_at = now
            process.heartbeat()
        if finishing and (ending or not applied):
            return
        if not applied:
            process.stopping.wait(IDLE_INTERVAL.total_seconds())


@dataclass(slots=True)
class Checkpoints:
    """Says once that nothing becomes durable: a program that reads stats.db for long is in the way."""

    _stuck_since: float | None = None
    _is_told: bool = False

    def make(self, applier: Applier) -> None:
        """Makes durable what was applied, and says so where that has been in vain for long."""
        applier.make_durable()
        self.note(time.monotonic(), is_durable=applier.is_durable)

    def note(self, now: float, *, is_durable: bool) -> None:
        """Notes whether the last checkpoint made all of it durable; `now` on the monotonic clock."""
        if is_durable:
            self._stuck_since, self._is_told = None, False
            return
        if self._stuck_since is None:
            self._stuck_since = now
        if not self._is_told and now - self._stuck_since > STUCK_AFTER.total_seconds():
            self._is_told = True
            log.warning(
                "for %d minutes stats.db could not be checkpointed, so journals and stats.db-wal grow: "
                "does another program keep stats.db open?",
                STUCK_AFTER // timedelta(minutes=1),
            )


def _next_round_size(size: int, took: timedelta) -> int:
    """Returns how many facts a full round is followed by: more on a quick machine, fewer on a slow one."""
    factor = 2 if took < QUICK_ROUND else 0.5 if took > SLOW_ROUND else 1
    return int(min(max(size * factor, SMALLEST_ROUND), LARGEST_ROUND))


def _wait_for_files(process: Process, files: Presence) -> None:
    """Waits until all files are in their place. Raises Unavailable where the process does not stay.

    What is applied to a file that was removed is lost, and could not be applied again.
    """
    is_logged = False
    while gone := files.gone():
        problem = f"removed or replaced while the applier runs: {', '.join(gone)}"
        if process.until_idle or process.stopping.is_set():
            raise Unavailable(problem)
        if not is_logged:
            log.error("%s; nothing is applied until it is back", problem)
            is_logged = True
        process.heartbeat()
        process.stopping.wait(IDLE_INTERVAL.total_seconds())


def _wait_for_lock(process: Process) -> int | None:
    while not process.stopping.is_set():
        held = lock(process.settings.folder / APPLIER_LOCK)
        if held is not None:
            return held
        process.heartbeat()
        process.stopping.wait(LOCK_INTERVAL.total_seconds())
    return None
