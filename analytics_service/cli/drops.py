"""`drops`: what was not counted and why; an owner accepts false positives, and rejects bots."""

import sys
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from analytics_service.administering.reviews import parse_days
from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.corrections import correct
from analytics_service.cli.folder import settings_for_writing, settings_in_use
from analytics_service.cli.options import Config, Data, Json, SiteName
from analytics_service.cli.text import format_json
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import DropSample
from analytics_service.domain.quarantine import MARKED_RETENTION, Selection
from analytics_service.domain.site import Site
from analytics_service.domain.tasks import TaskKind
from analytics_service.errors import BadParameter
from analytics_service.ports.databases import Part
from analytics_service.ports.drops import Family
from analytics_service.settings import Settings

drops = typer.Typer(
    help="List what was not counted; accept false positives, reject bots.", no_args_is_help=True
)
SAMPLES_SHOWN = 20
QUARANTINED = (Drop.BOT.value, Drop.SPAM_REFERRER.value)

First = Annotated[
    str | None,
    typer.Option("--from", help="First day, as in 2026-11-23 [default: 30 days ago].", metavar="DAY"),
]
Last = Annotated[str | None, typer.Option("--to", help="Last day [default: today].", metavar="DAY")]
FamilyName = Annotated[
    str, typer.Option("--family", help="A user agent's family, as listed by `drops list`.", metavar="NAME")
]
ReasonName = Annotated[
    str, typer.Option("--reason", help="bot or spam-referrer [default: both].", metavar="REASON")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, as for scripts.")]


@drops.command("list")
def list_drops(site: SiteName, as_json: Json = False, data: Data = None, config: Config = None) -> None:
    """List the drops of the last 30 days and the quarantine."""
    settings = settings_in_use(data, config, Part.CONFIG, Part.STATS)
    found = _find_site(settings, site)
    since = read_clock().date() - MARKED_RETENTION
    with open_storage(settings.database).open_drops() as reader:
        by_day = reader.by_day(found.number, since)
        families = reader.families(found.number, since)
        samples = reader.samples(found.number)
    if as_json:
        _print_json(by_day, families, samples)
        return
    if not by_day:
        print(
            f"Nothing was dropped for {found.domain} in the last {MARKED_RETENTION.days} days",
            file=sys.stderr,
        )
    for day, reason, count in by_day:
        print(f"{day}  {reason:18}{count:>10}")
    for family in families:
        print(f"{family.day}  quarantined as {family.reason}: {family.facts:>7}  {family.family}")
    for sample in samples[:SAMPLES_SHOWN]:
        print(f"{_time_of(sample):%Y-%m-%d %H:%M:%S} UTC  {sample.reason:18}{sample.page}  {sample.family}")


def _print_json(
    by_day: list[tuple[date, str, int]], families: list[Family], samples: list[DropSample]
) -> None:
    fields = {
        "by_day": [{"day": day, "reason": reason, "beacons": count} for day, reason, count in by_day],
        "suspects": [family._asdict() for family in families],
        "samples": [{**sample._asdict(), "at": _time_of(sample)} for sample in samples],
    }
    print(format_json(fields))


def _time_of(sample: DropSample) -> datetime:
    return datetime.fromtimestamp(sample.at / 1000, UTC)


@drops.command("accept")
@drops.command("people", hidden=True)
def accept(
    site: SiteName,
    reason: ReasonName = "",
    family: FamilyName = "",
    first: First = None,
    last: Last = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Count visits that were quarantined by mistake."""
    if reason and reason not in QUARANTINED:
        raise BadParameter(
            "reason", "enum", f"{reason!r} is not one of {', '.join(QUARANTINED)}", QUARANTINED
        )
    open_folder = settings_in_use if dry_run else settings_for_writing
    settings = open_folder(data, config, Part.CONFIG, Part.STATS)
    found = _find_site(settings, site)
    begin, end = parse_days(found, first, last, read_clock())
    selection = Selection(found.number, begin, end, reason=reason, family=family, marked=True)
    correct(settings, TaskKind.ACCEPT, found, selection, dry_run=dry_run, yes=yes)


@drops.command("reject")
@drops.command("robots", hidden=True)
def reject(
    site: SiteName,
    family: FamilyName,
    first: First = None,
    last: Last = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Quarantine the visits of a browser that was a bot."""
    open_folder = settings_in_use if dry_run else settings_for_writing
    settings = open_folder(data, config, Part.CONFIG, Part.STATS)
    found = _find_site(settings, site)
    begin, end = parse_days(found, first, last, read_clock())
    selection = Selection(found.number, begin, end, family=family, marked=False)
    correct(settings, TaskKind.REJECT, found, selection, dry_run=dry_run, yes=yes)


def _find_site(settings: Settings, name: str) -> Site:
    with open_storage(settings.database).open_config() as stores:
        return find_site(stores.sites, name, read_clock())
