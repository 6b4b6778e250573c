"""`verify`: recomputes all totals, reports differences, and has them repaired."""

import sys
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import msgspec
import typer

from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.folder import complete_commands, settings_for_writing, settings_in_use
from analytics_service.cli.options import Config, Data, Json
from analytics_service.cli.tasks import carry_out
from analytics_service.cli.text import format_count, format_json
from analytics_service.domain.tasks import TaskKind
from analytics_service.domain.verification import Difference, as_told, wording
from analytics_service.ports.databases import Part
from analytics_service.ports.verification import Verifier
from analytics_service.settings import Settings

DIFFERENCES_SHOWN = 50


class Report(msgspec.Struct):
    """What a run of `verify` found; `since` holds each site's first day that could be checked."""

    days: int = 0
    differences: list[Difference] = msgspec.field(default_factory=list)
    since: dict[int, date] = msgspec.field(default_factory=dict)


def verify(
    site: Annotated[
        str | None,
        typer.Option(help="Only this site: public id, uuid, number or domain.", metavar="SITE"),
    ] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Replace totals that differ.")] = False,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Recompute all totals from visits and report differences.

    Exits with 1 where a difference was found and not repaired.
    """
    open_folder = settings_for_writing if repair else settings_in_use
    settings = open_folder(data, config, Part.CONFIG, Part.STATS)
    report = Report()
    with open_storage(settings.database).open_verifier() as verifier:
        for difference in _find_differences(verifier, _find_number(settings, site), report):
            report.differences.append(difference)
            if not as_json and len(report.differences) <= DIFFERENCES_SHOWN:
                print(wording(difference), flush=True)
    repaired = None
    if repair and report.differences:
        repaired = carry_out(settings, TaskKind.REPAIR, {"site": _find_number(settings, site)})
    if as_json:
        _print_json(report, repaired)
    else:
        _print_summary(report, repaired)
    sys.exit(bool(report.differences) and repaired is None)


def _find_number(settings: Settings, site: str | None) -> int | None:
    if site is None:
        return None
    with open_storage(settings.database).open_config() as stores:
        return find_site(stores.sites, site, read_clock()).number


def _find_differences(verifier: Verifier, site: int | None, report: Report) -> Iterator[Difference]:
    for number in verifier.sites() if site is None else [site]:
        for day in verifier.days(number):
            report.since.setdefault(number, day)
            report.days += 1
            yield from verifier.differences(number, day)
        for month in verifier.months(number):
            yield from verifier.month_differences(number, month)


def _print_json(report: Report, repaired: dict[str, object] | None) -> None:
    fields = {
        "days": report.days,
        "differences": [as_told(difference) for difference in report.differences],
        "repaired": repaired,
        "since": {str(number): day.isoformat() for number, day in report.since.items()},
    }
    print(format_json(fields))


def _print_summary(report: Report, repaired: dict[str, object] | None) -> None:
    count = len(report.differences)
    if count > DIFFERENCES_SHOWN:
        print(f"… and {count - DIFFERENCES_SHOWN} more")
    since = f" since {min(report.since.values())}" if report.since else ""
    checked = f"{format_count(report.days, 'day')} of {format_count(len(report.since), 'site')}"
    print(f"Checked {checked}{since}: {format_count(count, 'difference')}")
    if repaired is not None:
        print(f"{repaired['differences']} repaired")
    elif count:
        print(complete_commands("Repair them with `verify --repair`"), file=sys.stderr)
