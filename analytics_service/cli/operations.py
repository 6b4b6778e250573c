"""What an operator types beside `serve`: status, doctor, verify, backup, restore, apply."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from analytics_service.administering.sites import find_site
from analytics_service.cli.folder import settings_in_use, settings_of_some_release
from analytics_service.cli.options import Data, Json, as_json_text
from analytics_service.cli.tasks import carried_out
from analytics_service.domain.tasks import TaskKind
from analytics_service.domain.verification import Difference, as_told, wording
from analytics_service.settings import read_settings
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.provisioning import CONFIG, STATS
from analytics_service.storage.sqlite.stats import create_stats
from analytics_service.storage.sqlite.verification import Verifier, open_verifier

TOLD = 50
BYTES = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))

Config = Annotated[Path | None, typer.Option(help="TOML file of settings.")]


def _now() -> datetime:
    return datetime.now(UTC)


def status(as_json: Json = False, data: Data = None, config: Config = None) -> None:
    """Show who serves, what waits, how big it is and what the last check saw."""
    from analytics_service.operating.status import look

    state = look(settings_in_use(data, config, of=(CONFIG, STATS)).folder, at=_now())
    if as_json:
        print(as_json_text(state))
        return
    waiting = state.waiting
    if state.served_by is None:
        serving = "no" + (" (an applier works alone)" if state.applied_by_another else "")
    else:
        serving = f"yes, by process {state.served_by}"
    check = "none yet"
    if state.last_check_at is not None:
        check = (
            f"{state.last_check_at:%Y-%m-%d %H:%M} UTC, {state.last_check_days} days of sites, "
            f"{state.last_check_differences} differences"
        )
    lines = {
        "Data folder": state.data,
        "Served": serving,
        "Waiting": f"{waiting.groups} groups, the oldest for {waiting.lag_seconds:.1f} s",
        "Journals": f"{waiting.journals}, {_size(state.journal_bytes)}",
        "Figures": f"{state.sites} sites, {_size(state.stats_bytes)}",
        "Last check": check,
    }
    if waiting.damaged_journals:
        lines["Damaged"] = ", ".join(waiting.damaged_journals)
    if state.unreadable_groups:
        lines["Unreadable"] = f"{state.unreadable_groups} groups, kept in stats.db"
    print("\n".join(f"{name + ':':13}{text}" for name, text in lines.items()))


def _size(size: int) -> str:
    for unit, name in BYTES:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"


def doctor(as_json: Json = False, data: Data = None, config: Config = None) -> None:
    """Look at machine and settings, and say what to do; fails where something must be mended."""
    from analytics_service.operating.doctor import examine

    findings = []
    for finding in examine(read_settings({"data": data}, file=config)):
        findings.append(finding)
        if not as_json:
            print(f"{finding.level:5}{finding.about + ':':15}{finding.seen}", flush=True)
            if finding.advice:
                print(f"{'':20}→ {finding.advice}")
    if as_json:
        print(as_json_text(findings))
    sys.exit(any(finding.level == "bad" for finding in findings))


def verify(
    site: Annotated[
        str | None, typer.Option(help="Only this site: public id, uuid, number or domain.")
    ] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what differs.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Add up all sums anew from visits and views; prints what differs, and fails where anything does."""
    settings = settings_in_use(data, of=(CONFIG, STATS))
    number = None
    if site is not None:
        with open_config(settings.folder) as config:
            number = find_site(config, site).number
    found: list[Difference] = []
    days = 0
    firsts: dict[int, date] = {}
    with open_verifier(settings.folder) as truth:
        for one, day in _site_days(truth, number):
            firsts.setdefault(one, day)
            days += 1
            for wrong in truth.differences(one, day):
                found.append(wrong)
                if not as_json and len(found) <= TOLD:
                    print(wording(wrong), flush=True)
    repaired = carried_out(settings, TaskKind.REPAIR, {"site": number}) if repair and found else None
    if as_json:
        told = {"days": days, "differences": [as_told(one) for one in found], "repaired": repaired}
        print(as_json_text(told | {"since": {str(one): day.isoformat() for one, day in firsts.items()}}))
    else:
        if len(found) > TOLD:
            print(f"… and {len(found) - TOLD} more")
        since = f", since {min(firsts.values())}" if firsts else ""
        print(f"{days} days of {len(firsts)} sites{since}: {len(found)} differences")
        if repaired is not None:
            print(f"{repaired['differences']} repaired")
        elif found:
            print("`analytics-service verify --repair` puts them right", file=sys.stderr)
    sys.exit(bool(found) and repaired is None)


def _site_days(truth: Verifier, site: int | None) -> Iterator[tuple[int, date]]:
    for one in truth.sites() if site is None else [site]:
        for day in truth.days(one):
            yield one, day


def backup(file: Annotated[Path, typer.Argument(help="The file to write.")], data: Data = None) -> None:
    """Copy everything into one file, while the service runs or not; salts are left out."""
    from analytics_service.operating.backup import back_up

    settings = settings_in_use(data, of=(CONFIG, STATS))
    print(f"Copying {settings.folder} …", file=sys.stderr)
    manifest = back_up(settings.folder, file, at=_now())
    for problem in manifest.left_out.values():
        print(f"Left out: {problem}", file=sys.stderr)
    print(f"{file}: {_size(file.stat().st_size)}, {len(manifest.files)} files, read back and whole")


def restore(
    file: Annotated[Path, typer.Argument(help="A file written by `backup`.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put the present files aside first.")] = False,
    data: Data = None,
) -> None:
    """Put a backup in place; the service must not run."""
    from analytics_service.operating.backup import restore as run

    settings = read_settings({"data": data})
    manifest, before = run(file, settings.folder, replace=replace, at=_now())
    print(f"{settings.folder} is as it was at {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")
    if before is not None:
        print(f"The files that were there are in {before}")
    print("Salts are in no backup: whoever visited that day already may count as a visitor once more")


def apply(
    stay: Annotated[bool, typer.Option("--stay", help="Go on until SIGTERM, as beside `serve`.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Apply what waits in the journals, without serving."""
    from analytics_service.processes.applier import run_alone

    settings = settings_of_some_release(data, config)
    create_config(settings.folder)
    create_stats(settings.folder)
    print(f"{run_alone(settings, clock=_now, stay=stay)} facts applied")
