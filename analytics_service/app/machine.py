"""What the system page reads of the machine and the data folder, as the worker configured it."""

import shlex
import shutil
import sys
from functools import partial
from pathlib import Path

from analytics_service.app.openers import open_installation
from analytics_service.operating.doctor import Configuration, examine
from analytics_service.operating.findings import Finding
from analytics_service.operating.installation import Installation
from analytics_service.operating.status import read_status
from analytics_service.ports.clock import Clock
from analytics_service.ports.probes import RedisProbe
from analytics_service.web.machine import Machine


def open_machine(
    folder: Path, database: str, *, url: str, trusted_proxies: tuple[str, ...], redis: str, clock: Clock
) -> Machine:
    """Returns what reads status and checks of this installation; nothing is opened before it is asked for."""
    installation = open_installation(folder, database)
    configuration = Configuration(
        public_url=url if url.startswith("https://") else "",
        url=url,
        trusted_proxies=trusted_proxies,
        # Whoever sees this page reaches the service: what their proxy is, the command says.
        has_default_proxies=False,
        redis=_redis_probe(redis),
    )
    return Machine(
        read_status=lambda: read_status(installation, at=clock()),
        examine=lambda: _examine(installation, configuration, clock),
        free_space=lambda: shutil.disk_usage(folder).free,
        has_redis=bool(redis),
        code_command=_code_command(folder),
    )


def _examine(installation: Installation, configuration: Configuration, clock: Clock) -> list[Finding]:
    return list(examine(installation, configuration, clock=clock))


def _code_command(folder: Path) -> str:
    # The program need not be on the path of whoever pastes it.
    program = Path(sys.executable).with_name("analytics-service")
    started = [str(program)] if program.exists() else [sys.executable, "-m", "analytics_service"]
    return shlex.join([*started, "user", "code", "--data", str(folder.absolute())])


def _redis_probe(url: str) -> RedisProbe | None:
    if not url:
        return None
    # Only where it is configured: it is slow to import.
    from analytics_service.redis_client.probe import examine_redis

    return partial(examine_redis, url)
