"""Commands of an operator: status, doctor, backup, restore, apply."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_installation, open_storage
from analytics_service.cli.folder import (
    check_access,
    check_owner,
    complete_commands,
    explain_os_error,
    settings_in_use,
    settings_of_any_release,
)
from analytics_service.cli.options import Config, Data, Json
from analytics_service.cli.text import format_count, format_json, format_size
from analytics_service.errors import BadParameter
from analytics_service.operating.findings import Finding, Level, problem
from analytics_service.operating.lock_holders import find_url
from analytics_service.operating.status import Status, read_status
from analytics_service.ports.databases import Part
from analytics_service.ports.probes import RedisProbe
from analytics_service.settings import Settings, read_settings


def status(as_json: Json = False, data: Data = None, config: Config = None) -> None:
    """Show whether the service runs, its backlog and last check."""
    settings = settings_in_use(data, config, Part.CONFIG, Part.STATS)
    found = read_status(open_installation(settings.folder, settings.database), at=read_clock())
    if as_json:
        print(format_json(found))
        return
    for name, text in _describe_status(found).items():
        print(f"{name + ':':13}{text}")


def _describe_status(status: Status) -> dict[str, str]:
    backlog = status.waiting
    batches = format_count(backlog.groups, "batch", "batches")
    lines = {
        "Data folder": status.data,
        "Service": _describe_service(status),
        "Backlog": f"{batches}, lag {backlog.lag_seconds:.1f} s",
        "Journals": f"{format_count(backlog.journals, 'file')}, {format_size(status.journal_bytes)}",
        "Figures": f"{format_count(status.sites, 'site')} with figures, {format_size(status.stats_bytes)}",
        "Last check": _describe_check(status),
    }
    if status.older_days:
        left = format_count(status.older_days, "site day")
        lines["Older sums"] = f"{left} left, done back to {status.sums_since}"
    if backlog.damaged_journals:
        lines["Damaged"] = ", ".join(backlog.damaged_journals)
    if status.unreadable_groups:
        lines["Unreadable"] = (
            f"{format_count(status.unreadable_groups, 'batch', 'batches')}, kept in stats.db"
        )
    return lines


def _describe_service(status: Status) -> str:
    if status.served_by is not None:
        return f"running, process {status.served_by or 'unknown'}"
    return "not running; an applier works alone" if status.applied_by_another else "not running"


def _describe_check(status: Status) -> str:
    if status.last_check_at is None:
        return "none yet"
    days = format_count(status.last_check_days, "site day")
    differences = format_count(status.last_check_differences, "difference")
    return f"{status.last_check_at:%Y-%m-%d %H:%M} UTC, {days}, {differences}"


def doctor(as_json: Json = False, data: Data = None, config: Config = None) -> None:
    """Check the host and the configuration, and suggest fixes.

    Exits with 1 where something must be fixed.
    """
    settings = read_settings({"data": data}, file=config)
    findings = []
    for finding in _examine(settings):
        findings.append(finding)
        if not as_json:
            print(f"{finding.level.value:5}{finding.about + ':':15}{finding.seen}", flush=True)
            if finding.advice:
                print(f"{'':20}→ {complete_commands(finding.advice)}")
    if as_json:
        print(format_json(findings))
    sys.exit(any(finding.level is Level.BAD for finding in findings))


def _examine(settings: Settings) -> Iterator[Finding]:
    from analytics_service.operating.doctor import Configuration, examine

    try:
        check_access(settings.folder)
    except PermissionError as error:
        return iter([problem("data folder", f"{settings.folder} cannot be read", explain_os_error(error))])
    running = find_url(settings.folder)
    configuration = Configuration(
        public_url=settings.public_url or (running if running.startswith("https://") else ""),
        url=settings.url if settings.public_url else running or settings.url,
        trusted_proxies=settings.trusted_proxies,
        has_default_proxies=settings.trusted_proxies == Settings().trusted_proxies,
        redis=_redis_probe(settings.redis),
    )
    return examine(open_installation(settings.folder, settings.database), configuration, clock=read_clock)


def _redis_probe(url: str) -> RedisProbe | None:
    if not url:
        return None
    # Only where it is configured: it is slow to import.
    from analytics_service.redis_client.probe import examine_redis

    return partial(examine_redis, url)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    with_secrets: Annotated[
        bool,
        typer.Option("--with-secrets", help="Include secret.key, which opens secrets of second factors."),
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Copy everything except salts, sessions and secrets to a file.

    The service may run meanwhile.
    """
    from analytics_service.operating.backup import create_backup

    settings = settings_in_use(data, config, Part.CONFIG, Part.STATS)
    print(f"Copying {settings.folder} …", file=sys.stderr)
    installation = open_installation(settings.folder, settings.database)
    manifest = create_backup(installation, file, at=read_clock(), with_secrets=with_secrets)
    for reason in manifest.left_out.values():
        print(f"Left out: {reason}", file=sys.stderr)
    files = format_count(len(manifest.files), "file")
    print(f"{file}: {format_size(file.stat().st_size)}, {files}, read back and checked")


def restore(
    file: Annotated[Path, typer.Argument(help="A file written by `backup`.", metavar="FILE")],
    replace: Annotated[bool, typer.Option("--replace", help="First move the present files aside.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Restore a backup; stop the service first."""
    from analytics_service.operating.restore import restore_backup

    settings = read_settings({"data": data}, file=config)
    check_access(settings.folder)
    check_owner(settings)
    if not file.is_file():
        raise BadParameter("file", "value", f"there is no file {file}")
    installation = open_installation(settings.folder, settings.database)
    manifest, before = restore_backup(installation, file, replace=replace, at=read_clock())
    print(f"{settings.folder} is restored as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")
    if before is not None:
        print(f"The previous files are in {before}")
    print("Salts are in no backup: a visitor who came today already may count as a visitor once more")


def apply(
    stay: Annotated[bool, typer.Option("--stay", help="Go on until SIGTERM, as beside `serve`.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Apply what waits in the journals without serving."""
    from analytics_service.processes.applier_process import run_alone

    settings = settings_of_any_release(data, config)
    check_owner(settings)
    open_storage(settings.database).databases.provision()
    applied = run_alone(settings, clock=read_clock, stay=stay)
    print(f"{format_count(applied, 'fact')} applied")
