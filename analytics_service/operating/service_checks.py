"""Checks of `doctor` on the service: databases, backlog, Redis, public URL, trusted proxies."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import urlopen

from analytics_service.domain.limits import LAG_LIMIT
from analytics_service.domain.networks import networks
from analytics_service.errors import Damaged, Unavailable
from analytics_service.operating.findings import Finding, ok, problem, warning
from analytics_service.operating.installation import Installation
from analytics_service.operating.status import Status, read_status
from analytics_service.ports.databases import Databases, Part, PartState
from analytics_service.ports.probes import RedisProbe

HEALTH_TIMEOUT = timedelta(seconds=5)
CLOCK_DIFFERENCE_LIMIT = timedelta(minutes=1)
RESTORE = "restore a backup: analytics-service restore FILE --replace"


def check_databases(installation: Installation, *, at: datetime) -> Iterator[Finding]:
    """Checks each database, and if they can be read, the backlog and the last integrity check."""
    databases = installation.storage.databases
    for part in (Part.STATS, Part.CONFIG):
        yield from _check_database(databases, part)
    with suppress(Unavailable):
        if databases.state_of(Part.STATS) is PartState.CURRENT:
            yield from _check_status_of(installation, at)


def _check_status_of(installation: Installation, at: datetime) -> Iterator[Finding]:
    try:
        status = read_status(installation, at=at)
    except Unavailable as error:
        advice = RESTORE if isinstance(error, Damaged) else "see the other findings, and the service's log"
        yield problem("backlog", str(error), advice)
        return
    yield from check_status(status)


def _check_database(databases: Databases, part: Part) -> Iterator[Finding]:
    name = databases.name_of(part)
    try:
        state = databases.state_of(part)
        if state is PartState.ABSENT:
            return
        if state is PartState.MISSING:
            yield problem(name, "is missing although it was here", RESTORE)
            return
        databases.check_release(part)
        found, expected = databases.mode_of(part)
    except Damaged as error:
        yield problem(name, str(error), RESTORE)
    except Unavailable as error:
        yield problem(name, str(error))
    else:
        if found == expected:
            yield ok(name, f"mode {found}")
        else:
            yield warning(name, f"mode {found}, not {expected}", "restart the service, which sets the mode")


def check_status(status: Status) -> Iterator[Finding]:
    """Checks what a status says of the backlog, of the journals, and of the last integrity check."""
    backlog = status.waiting
    batches = "1 batch" if backlog.groups == 1 else f"{backlog.groups} batches"
    seen = f"{batches}, lag {backlog.lag_seconds:.1f} s"
    if backlog.lag_seconds > LAG_LIMIT.total_seconds():
        advice = (
            "see the service's log" if status.served_by is not None else "start the service, or run `apply`"
        )
        yield warning("backlog", seen, advice)
    elif backlog.lag_seconds < 0:
        yield warning("clock", "facts are dated in the future", "was the clock set back?")
    else:
        yield ok("backlog", seen)
    for name in backlog.damaged_journals:
        yield problem("journal", f"{name} is damaged", "keep the file, check the disk, see docs/operating.md")
    if unreadable := status.unreadable_groups:
        seen = "1 batch could not be read" if unreadable == 1 else f"{unreadable} batches could not be read"
        yield problem("journal", seen, "report it; what could not be read is kept")
    if wrong := status.last_check_differences:
        seen = f"the last check found {'1 difference' if wrong == 1 else f'{wrong} differences'}"
        yield problem("sums", seen, "analytics-service verify, then verify --repair")


def check_redis(probe: RedisProbe | None, *, at: datetime) -> Iterator[Finding]:
    """Checks whether Redis answers, what it does when it is full, and its clock."""
    if probe is None:
        yield ok("Redis", "not used: one worker keeps who is online in memory")
        return
    try:
        state = probe()
    except Unavailable as error:
        yield problem(
            "Redis", str(error), "beacons are still counted; who is online is unknown until it answers"
        )
        return
    if state.has_memory_limit and state.policy != "noeviction":
        seen = f"policy {state.policy}: when Redis is full, online figures silently become too small"
        yield warning("Redis", seen, "config set maxmemory-policy noeviction, or give it more memory")
    else:
        yield ok("Redis", f"answers in {state.latency * 1000:.1f} ms, policy {state.policy}")
    difference = abs(state.clock - at.timestamp())
    if difference > CLOCK_DIFFERENCE_LIMIT.total_seconds():
        yield warning(
            "clock", f"differs from Redis's clock by {difference:.0f} s", "let NTP keep both clocks"
        )


def check_public_url(public_url: str, url: str) -> Iterator[Finding]:
    """Checks whether the service answers under its public URL; `url` is where it would be without one."""
    if not public_url:
        advice = "set --public-url to the address that visitors reach, as https://tk.example.vn"
        yield warning("public URL", f"not set; pages use {url}", advice)
        return
    try:
        with urlopen(f"{url}/health", timeout=HEALTH_TIMEOUT.total_seconds()) as answer:
            status, client = answer.status, answer.headers.get("X-Vstats-Client", "")
    except (URLError, OSError, ValueError, HTTPException) as error:
        seen = f"{url} does not answer: {getattr(error, 'reason', error)}"
        yield problem("public URL", seen, "compare the proxy's configuration with docs/operating.md")
        return
    if url.startswith("https://"):
        yield ok("public URL", f"{url} answers {status}")
        yield from check_client_named(client)
    else:
        yield warning("public URL", f"{url} is not https", "browsers block it on https pages")


def check_client_named(client: str) -> Iterator[Finding]:
    """Checks what the service says of the client that asked through the proxy: "unnamed", or nothing."""
    if client == "unnamed":
        seen = "the proxy does not name its clients: all of them count as one visitor"
        yield warning("proxies", seen, "have it send X-Forwarded-For with the client's address")


def check_proxies(trusted: Iterable[str], *, is_default: bool) -> Iterator[Finding]:
    """Checks the networks of trusted proxies; `is_default` where the operator named none."""
    trusted = tuple(trusted)
    try:
        networks(trusted)
    except ValueError as error:
        yield problem("proxies", str(error), "name networks, as in 10.0.0.0/8")
        return
    if is_default:
        advice = "name a proxy on another machine or in a container with --trusted-proxy"
        yield ok("proxies", f"only this machine is trusted ({', '.join(trusted)})", advice)
    else:
        yield ok("proxies", ", ".join(trusted))
