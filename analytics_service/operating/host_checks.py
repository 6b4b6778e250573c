"""Checks of `doctor` on the host: the database program, the data folder, its disk, open files, the clock."""

import os
import resource
import shutil
import statistics
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from analytics_service.operating.findings import Finding, ok, problem, warning
from analytics_service.operating.machine import (
    NETWORK_FILE_SYSTEMS,
    TRANSIENT_FILE_SYSTEMS,
    file_system,
    user_name,
)
from analytics_service.ports.databases import Engine

FLUSHES = 20
FLUSH_TIME_LIMIT = timedelta(milliseconds=50)
MIN_OPEN_FILES = 8192
MIN_FREE_BYTES = 1024**3
FIRST_YEAR = 2026
"""An earlier date means that the clock was never set."""


def check_engine(engine: Engine) -> Iterator[Finding]:
    """Checks whether the database program is new enough."""
    version, oldest = (".".join(map(str, numbers)) for numbers in (engine.version, engine.oldest))
    if engine.version < engine.oldest:
        advice = f"install a Python that brings {engine.name} {oldest} or newer"
        yield problem(engine.name, version, advice)
    else:
        yield ok(engine.name, version)


def check_folder(folder: Path) -> Iterator[Finding]:
    """Checks whether the data folder exists, can be written, and is closed to other users."""
    if not folder.is_dir():
        yield problem(
            "data folder",
            f"{folder} does not exist",
            "start the service once, or name its folder with --data",
        )
        return
    mode = folder.stat().st_mode & 0o777
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        advice = f"make it writable for the user of the service: chown -R USER {folder}"
        yield problem("data folder", f"{folder} cannot be written", advice)
    elif mode & 0o077:
        yield warning("data folder", f"other users can open {folder} (mode {mode:o})", f"chmod 700 {folder}")
    else:
        yield ok("data folder", str(folder))


def check_owners(folder: Path) -> Iterator[Finding]:
    """Checks whether the files in the folder belong to the folder's owner, who is the service's user."""
    if not os.access(folder, os.R_OK | os.X_OK):
        return
    owner = folder.stat().st_uid
    foreign = [path for path in sorted(folder.rglob("*")) if _owner_of(path) != owner]
    if not foreign:
        return
    more = f", as {len(foreign) - 1} more files" if foreign[1:] else ""
    seen = f"{foreign[0]} belongs to {user_name(_owner_of(foreign[0]))}{more}, not to {user_name(owner)}"
    advice = f"chown -R {user_name(owner).removeprefix('#')} {folder}"
    # Where root runs the service, it can use them all.
    report = warning if os.geteuid() == 0 else problem
    yield report("data folder", seen, advice)


def _owner_of(path: Path) -> int:
    try:
        return path.lstat().st_uid
    except FileNotFoundError:
        # It was removed while we looked.
        return path.parent.stat().st_uid


def check_file_system(folder: Path) -> Iterator[Finding]:
    """Checks whether the file system keeps data, and keeps it safe."""
    kind = file_system(folder)
    if kind in NETWORK_FILE_SYSTEMS:
        yield problem("file system", f"{kind} is a network file system", "use a local disk")
    elif kind in TRANSIENT_FILE_SYSTEMS:
        seen = f"{kind} is lost with the host or the container"
        yield warning("file system", seen, "put the data folder on a volume")
    else:
        yield ok("file system", kind)


def check_flush(folder: Path) -> Iterator[Finding]:
    """Measures how long a flush to disk takes, with a small file that is removed again."""
    try:
        times = _measure_flushes(folder / f"flush-probe-{os.getpid()}")
    except OSError as error:
        advice = "free some space, or mount the disk for writing"
        yield problem("flush", f"cannot write to disk: {error.strerror}", advice)
        return
    median = statistics.median(times)
    seen = f"median {median * 1000:.2f} ms, max {max(times) * 1000:.2f} ms"
    if median > FLUSH_TIME_LIMIT.total_seconds():
        yield warning("flush", seen, "every accepted beacon waits for a flush: use a faster disk")
    else:
        yield ok("flush", seen)


def _measure_flushes(probe: Path) -> list[float]:
    times = []
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
    return times


def check_space(folder: Path) -> Iterator[Finding]:
    """Checks how much space is left on the disk of an existing folder."""
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    seen = f"{free / 1024**3:.1f} GiB free"
    if free < MIN_FREE_BYTES:
        yield warning("disk space", seen, "free some space: with a full disk beacons are refused (503)")
    else:
        yield ok("disk space", seen)


def check_open_files() -> Iterator[Finding]:
    """Checks how many files, and so connections, a process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < MIN_OPEN_FILES:
        advice = f"ulimit -n {MIN_OPEN_FILES} (in systemd: LimitNOFILE={MIN_OPEN_FILES})"
        yield warning("open files", f"limit {hard}", advice)
    else:
        yield ok("open files", f"limit {soft}, which the service raises to {hard}")


def check_clock(at: datetime) -> Iterator[Finding]:
    """Checks whether the host's clock was ever set."""
    seen = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    if at.year < FIRST_YEAR:
        yield problem("clock", seen, "set the clock, and let NTP keep it")
    else:
        yield ok("clock", seen)
