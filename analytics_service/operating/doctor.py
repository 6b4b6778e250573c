"""`doctor`: looks at the machine and the settings, and says what to do about what it finds."""

import os
import resource
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.error import URLError
from urllib.request import urlopen

import msgspec

from analytics_service.cli.folder import check_access, explained
from analytics_service.domain.limits import LAG_LIMIT
from analytics_service.domain.networks import networks
from analytics_service.errors import Damaged, Unavailable
from analytics_service.operating.machine import NETWORK_FILE_SYSTEMS, PASSING_FILE_SYSTEMS, file_system
from analytics_service.operating.status import look
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.provisioning import CONFIG, STATS, check_release, journal_mode_of
from analytics_service.storage.sqlite.sql import OLDEST_SQLITE, SQLITE

FLUSHES = 20
SLOW_FLUSH = 0.050
LEAST_FILES = 8192
LEAST_SPACE = 1024**3
ASKED_FOR = 5.0
CLOCKS_APART = 60.0


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: `level` is ok, warn or bad; `advice` says what to do."""

    level: str
    about: str
    seen: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything, one by one; nothing is changed but for a small file that is written and removed."""
    steps: list[Callable[[Settings], Iterator[Finding]]] = [
        *(_sqlite, _folder, _file_system, _flush, _space, _databases),
        *(_files, _clock, _redis, _address, _proxies),
    ]
    try:
        check_access(settings.folder)
    except PermissionError as error:
        yield Finding("bad", "data folder", f"{settings.folder} cannot be read", explained(error))
        return
    for step in steps:
        yield from step(settings)


def _sqlite(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, SQLITE))
    if SQLITE < OLDEST_SQLITE:
        yield Finding("bad", "SQLite", version, "install a Python that brings SQLite 3.38 or newer")
    elif SQLITE < (3, 51, 3):
        note = "has a rare fault with two writers on one WAL file; here each file has one writer"
        yield Finding("ok", "SQLite", f"{version} ({note})")
    else:
        yield Finding("ok", "SQLite", version)


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.folder
    if not folder.is_dir():
        advice = "start the service once, or name its folder with --data"
        yield Finding("bad", "data folder", f"{folder} is not there", advice)
        return
    status = folder.stat()
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        advice = f"make it writable for the user that serves: chown -R USER {folder}"
        yield Finding("bad", "data folder", f"{folder} cannot be written", advice)
    elif status.st_mode & 0o077:
        seen = f"{folder} can be entered by others (mode {status.st_mode & 0o777:o})"
        yield Finding("warn", "data folder", seen, f"chmod 700 {folder}")
    else:
        yield Finding("ok", "data folder", str(folder))


def _file_system(settings: Settings) -> Iterator[Finding]:
    kind = file_system(settings.folder)
    if kind in NETWORK_FILE_SYSTEMS:
        yield Finding("bad", "file system", f"{kind} is a network file system", "use a local disk")
    elif kind in PASSING_FILE_SYSTEMS:
        advice = "put the data folder on a volume"
        yield Finding("warn", "file system", f"{kind} may be gone with the machine or container", advice)
    else:
        yield Finding("ok", "file system", kind)


def _flush(settings: Settings) -> Iterator[Finding]:
    probe = settings.folder / f"flush-probe-{os.getpid()}"
    times = []
    try:
        descriptor = os.open(probe, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        try:
            for _ in range(FLUSHES):
                began = time.perf_counter()
                os.write(descriptor, bytes(4096))
                os.fdatasync(descriptor)
                times.append(time.perf_counter() - began)
        finally:
            os.close(descriptor)
            probe.unlink()
    except OSError as error:
        advice = "free some space, or mount the disk for writing"
        yield Finding("bad", "flush", f"the disk takes nothing: {error.strerror}", advice)
        return
    middle = statistics.median(times)
    seen = f"{middle * 1000:.2f} ms in the middle, {max(times) * 1000:.2f} ms at most"
    if middle > SLOW_FLUSH:
        yield Finding("warn", "flush", seen, "each answer waits for one: use a faster disk")
    else:
        yield Finding("ok", "flush", seen)


def _space(settings: Settings) -> Iterator[Finding]:
    if not settings.folder.is_dir():
        return
    free = shutil.disk_usage(settings.folder).free
    seen = f"{free / 1024**3:.1f} GiB free"
    if free < LEAST_SPACE:
        yield Finding("warn", "disk space", seen, "free some: a full disk refuses beacons with 503")
    else:
        yield Finding("ok", "disk space", seen)


def _databases(settings: Settings) -> Iterator[Finding]:
    for kind in (STATS, CONFIG):
        if not (settings.folder / kind.file).exists():
            if (settings.folder / kind.marker).exists():
                advice = "restore a backup: analytics-service restore FILE --replace"
                yield Finding("bad", kind.file, "is missing although it was here", advice)
            continue
        try:
            seen = journal_mode_of(settings.folder / kind.file)
            check_release(settings.folder, kind)
        except Damaged as error:
            advice = "restore a backup: analytics-service restore FILE --replace"
            yield Finding("bad", kind.file, str(error), advice)
            continue
        except Unavailable as error:
            yield Finding("bad", kind.file, str(error))
            continue
        if seen == kind.journal_mode:
            yield Finding("ok", kind.file, f"journal mode {seen}")
        else:
            yield Finding("warn", kind.file, f"journal mode {seen}", "restart the service: it sets its own")
    if (settings.folder / "stats.db").exists():
        yield from _work(settings)


def _work(settings: Settings) -> Iterator[Finding]:
    try:
        check_release(settings.folder, STATS)
    except Unavailable:
        # Told already, of the file.
        return
    try:
        state = look(settings.folder, at=datetime.now(UTC))
    except Unavailable as error:
        yield Finding("bad", "applier", str(error), "restore a backup, or see the service's log")
        return
    seen = f"{state.waiting.groups} groups wait, the oldest for {state.waiting.lag_seconds:.1f} s"
    if state.waiting.lag_seconds > LAG_LIMIT.total_seconds():
        advice = "see the service's log" if state.served_by else "start the service, or run `apply`"
        yield Finding("warn", "applier", seen, advice)
    else:
        yield Finding("ok", "applier", seen)
    for name in state.waiting.damaged_journals:
        advice = "keep the file, check the disk, and see docs/operating.md"
        yield Finding("bad", "journal", f"{name} is damaged", advice)
    if state.unreadable_groups:
        yield Finding(
            "bad",
            "journal",
            f"{state.unreadable_groups} groups could not be read",
            "report it: they are kept",
        )
    if state.last_check_differences:
        seen = f"the last check found {state.last_check_differences} differences"
        yield Finding("bad", "sums", seen, "analytics-service verify, then verify --repair")
    if state.waiting.lag_seconds < 0:
        yield Finding("warn", "clock", "facts are dated in the future", "was the clock set back?")


def _files(_settings: Settings) -> Iterator[Finding]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < LEAST_FILES:
        yield Finding(
            "warn", "open files", f"limit {hard}", f"ulimit -n {LEAST_FILES} (LimitNOFILE= in systemd)"
        )
    else:
        yield Finding("ok", "open files", f"limit {soft}, raised to {hard} by the service")


def _clock(_settings: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    if now.year < 2026:
        yield Finding("bad", "clock", now.isoformat(), "set it, and let NTP keep it")
    else:
        yield Finding("ok", "clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _redis(settings: Settings) -> Iterator[Finding]:
    if not settings.redis:
        yield Finding("ok", "Redis", "not used: one worker keeps who is online in memory")
        return
    # Only where it is configured: it is slow to import.
    from analytics_service.redis_client.probe import examine_redis

    try:
        state = examine_redis(settings.redis)
    except Unavailable as error:
        advice = "beacons are counted all the same; who is online is unknown until it answers"
        yield Finding("bad", "Redis", str(error), advice)
        return
    if state.bounded and state.policy != "noeviction":
        seen = f"{state.policy}: when it is full, figures would be too small without a sign of it"
        yield Finding("warn", "Redis", seen, "config set maxmemory-policy noeviction, or give it more memory")
    else:
        yield Finding("ok", "Redis", f"answers in {state.answers_in * 1000:.1f} ms, policy {state.policy}")
    apart = abs(state.clock - time.time())
    if apart > CLOCKS_APART:
        yield Finding("warn", "clock", f"Redis's clock is {apart:.0f} s apart", "let NTP keep both")


def _address(settings: Settings) -> Iterator[Finding]:
    if not settings.public_url:
        seen = f"not set; pages are told {settings.url}"
        yield Finding("warn", "public URL", seen, "--public-url https://… as visitors reach the service")
        return
    try:
        with urlopen(f"{settings.url}/health", timeout=ASKED_FOR) as answer:
            status = answer.status
    except (URLError, OSError, ValueError) as error:
        seen = f"{settings.url} does not answer: {getattr(error, 'reason', error)}"
        yield Finding("bad", "public URL", seen, "check the proxy's recipe in docs/operating.md")
        return
    if not settings.url.startswith("https://"):
        yield Finding(
            "warn", "public URL", f"{settings.url} is not https", "browsers block it on https pages"
        )
    else:
        yield Finding("ok", "public URL", f"{settings.url} answers {status}")


def _proxies(settings: Settings) -> Iterator[Finding]:
    try:
        networks(settings.trusted_proxies)
    except ValueError as error:
        yield Finding("bad", "proxies", str(error), "name networks, as in 10.0.0.0/8")
        return
    seen = ", ".join(settings.trusted_proxies)
    if settings.public_url and set(settings.trusted_proxies) <= set(Settings().trusted_proxies):
        advice = "if the proxy is another machine or container, name it with --trusted-proxy"
        yield Finding("warn", "proxies", f"only this machine is believed ({seen})", advice)
    else:
        yield Finding("ok", "proxies", seen)
