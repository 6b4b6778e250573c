"""The applier's process: one at a time on a machine, held by a lock and an epoch."""

import logging
import os
import signal
import time
from contextlib import suppress
from threading import Event

from analytics_service.applying import Applier, zones_or_utc
from analytics_service.domain.model import ZoneSince
from analytics_service.errors import Unavailable
from analytics_service.journal import FolderJournals
from analytics_service.journal.writing import lock
from analytics_service.ports import Clock
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import Config, open_config
from analytics_service.storage.sqlite.stats import LeaseLost, open_stats_writer

IDLE = 0.1
DURABLE_EACH = 3.0
FORGET_EACH = 600.0

log = logging.getLogger(__name__)


class Zones:
    """Every site's zones, read again when config.db changed."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._version = -1
        self._zones: dict[int, tuple[ZoneSince, ...]] = {}
        self._of = zones_or_utc(self._zones)

    def refresh(self) -> None:
        """Reads the sites where they changed."""
        version = self._config.version()
        if version != self._version:
            self._zones.update({site.number: site.zones for site in self._config.sites()})
            self._version = version

    def of(self, site: int) -> tuple[ZoneSince, ...]:
        """The site's zones; a site that is new is looked for at once."""
        if site and site not in self._zones:
            self._version = -1
            self.refresh()
        return self._of(site)


def run_applier(settings: Settings, beats: int, *, clock: Clock) -> int:
    """Applies until SIGTERM, then applies what is left; returns the exit status."""
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    held = _wait_for_lock(settings, stopping, beats)
    if held is None:
        return 0
    journals = FolderJournals(settings.folder / "journal")
    try:
        with open_stats_writer(settings.folder) as stats, open_config(settings.folder) as config:
            zones = Zones(config)
            applier = Applier(journals, stats, zones.of, page_cap=settings.page_cap)
            _apply(applier, zones, stopping, beats, clock)
    except LeaseLost:
        log.error("another applier has taken over")
        return 5
    except Unavailable as error:
        log.error("the applier ends: %s", error)
        return 1
    finally:
        journals.close()
        os.close(held)
    return 0


def _apply(applier: Applier, zones: Zones, stopping: Event, beats: int, clock: Clock) -> None:
    durable_at, forgot_at = time.monotonic(), 0.0
    while True:
        ending = stopping.is_set()
        zones.refresh()
        applied = applier.apply_round()
        beat(beats)
        now = time.monotonic()
        if now - durable_at >= DURABLE_EACH or (ending and not applied):
            applier.make_durable()
            durable_at = time.monotonic()
        if now - forgot_at >= FORGET_EACH:
            applier.forget(clock)
            forgot_at = now
        if ending and not applied:
            return
        if not applied:
            stopping.wait(IDLE)


def beat(beats: int) -> None:
    """Tells the supervisor that a round is done."""
    with suppress(BlockingIOError):
        os.write(beats, b".")


def _wait_for_lock(settings: Settings, stopping: Event, beats: int) -> int | None:
    while not stopping.is_set():
        held = lock(settings.folder / "applier.lock")
        if held is not None:
            return held
        beat(beats)
        stopping.wait(0.2)
    return None
