"""`doctor`: checks the host and the configuration, and suggests what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from analytics_service.operating import host_checks, service_checks
from analytics_service.operating.findings import Finding
from analytics_service.operating.installation import Installation
from analytics_service.ports.clock import Clock
from analytics_service.ports.probes import RedisProbe


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """What the operator configured, as far as it is checked; `url` is where the service is reached."""

    public_url: str
    url: str
    trusted_proxies: tuple[str, ...]
    has_default_proxies: bool
    redis: RedisProbe | None


def examine(installation: Installation, configuration: Configuration, *, clock: Clock) -> Iterator[Finding]:
    """Yields the findings of all checks, one by one; a small file is written and removed, nothing else."""
    folder = installation.folder
    checks = [
        host_checks.check_engine(installation.storage.databases.engine()),
        host_checks.check_folder(folder),
        host_checks.check_owners(folder),
        host_checks.check_file_system(folder),
        host_checks.check_flush(folder),
        host_checks.check_space(folder),
        service_checks.check_databases(installation, at=clock()),
        host_checks.check_open_files(),
        host_checks.check_clock(clock()),
        service_checks.check_redis(configuration.redis, at=clock()),
        service_checks.check_public_url(configuration.public_url, configuration.url),
        service_checks.check_proxies(
            configuration.trusted_proxies, is_default=configuration.has_default_proxies
        ),
    ]
    return chain.from_iterable(checks)
