"""`drops`: what was not counted and why, and an owner's word on it."""

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from analytics_service.administering.sites import find_site
from analytics_service.cli.folder import settings_in_use
from analytics_service.cli.options import Data, Json, Which, as_json_text
from analytics_service.cli.tasks import carried_out
from analytics_service.domain.drops import Drop
from analytics_service.domain.periods import local_day
from analytics_service.domain.quarantine import MARKED_RETENTION as KEPT
from analytics_service.domain.site import Site
from analytics_service.domain.tasks import TaskKind
from analytics_service.errors import BadParameter
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import open_config
from analytics_service.storage.sqlite.drops import open_drops
from analytics_service.storage.sqlite.provisioning import CONFIG, STATS

drops = typer.Typer(help="Drops: what was not counted, and why; what was mistaken.", no_args_is_help=True)
SHOWN = 20

First = Annotated[str | None, typer.Option("--from", help="First day, as 2026-11-23 [default: 30 days ago].")]
Last = Annotated[str | None, typer.Option("--to", help="Last day [default: today].")]
Family = Annotated[str, typer.Option(help="An agent's family, as `drops list` names it.")]


@drops.command("list")
def list_drops(site: Which, as_json: Json = False, data: Data = None) -> None:
    """The last 30 days by reason, whose agents are suspected, and the last drops one by one."""
    settings = settings_in_use(data, of=(CONFIG, STATS))
    found = _found(settings, site)
    since = datetime.now(UTC).date() - KEPT
    with open_drops(settings.folder) as dropped:
        by_day = dropped.by_day(found.number, since)
        families = dropped.families(found.number, since)
        samples = dropped.samples(found.number)
    if as_json:
        told = {
            "by_day": [{"day": day, "reason": reason, "beacons": count} for day, reason, count in by_day],
            "suspects": [family._asdict() for family in families],
            "samples": [
                {**sample._asdict(), "at": datetime.fromtimestamp(sample.at / 1000, UTC)}
                for sample in samples
            ],
        }
        print(as_json_text(told))
        return
    if not by_day:
        print(f"Nothing was dropped for {found.domain} in the last {KEPT.days} days", file=sys.stderr)
    for day, reason, count in by_day:
        print(f"{day}  {reason:18}{count:>10}")
    for family in families:
        print(f"{family.day}  kept apart as {family.reason}: {family.facts:>7}  {family.family}")
    for sample in samples[:SHOWN]:
        at = datetime.fromtimestamp(sample.at / 1000, UTC)
        print(f"{at:%Y-%m-%d %H:%M:%S} UTC  {sample.reason:18}{sample.page}  {sample.family}")


@drops.command("people")
def people(
    site: Which,
    reason: Annotated[str, typer.Option(help="bot or spam-referrer [default: both].")] = "",
    family: Family = "",
    first: First = None,
    last: Last = None,
    data: Data = None,
) -> None:
    """These were people: count what was kept apart."""
    if reason and reason not in (Drop.BOT.value, Drop.SPAM_REFERRER.value):
        raise BadParameter("reason", "enum", f"{reason!r} is not kept apart: bot and spam-referrer are")
    _order(TaskKind.ACCEPT, site, (first, last), {"reason": reason, "family": family}, data)


@drops.command("robots")
def robots(
    site: Which,
    family: Annotated[str, typer.Option(help="The browser whose visits were none.")],
    first: First = None,
    last: Last = None,
    data: Data = None,
) -> None:
    """These were no people: take a browser's visits out of the figures and keep them apart."""
    _order(TaskKind.REJECT, site, (first, last), {"family": family}, data)


def _order(
    kind: TaskKind, site: str, days: tuple[str | None, str | None], more: dict[str, str], data: str | None
) -> None:
    settings = settings_in_use(data, of=(CONFIG, STATS))
    found = _found(settings, site)
    today = local_day(datetime.now(UTC), found.zones)
    first = _day("from", days[0]) or today - KEPT + timedelta(days=1)
    last = _day("to", days[1]) or today
    if last < first:
        raise BadParameter("to", "value", f"{last} lies before {first}")
    if last - first > 2 * KEPT:
        raise BadParameter("from", "value", f"suspects are kept for {KEPT.days} days: name fewer days")
    asked = {"site": found.number, "first": first.isoformat(), "last": last.isoformat(), **more}
    print(f"Correcting {found.domain} from {first} to {last} …", file=sys.stderr)
    answer = carried_out(settings, kind, asked)
    print(f"visits: {answer['visits']}, page views and events: {answer['views']}, days: {answer['days']}")


def _found(settings: Settings, site: str) -> Site:
    with open_config(settings.folder) as config:
        return find_site(config, site)


def _day(parameter: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadParameter(parameter, "value", f"{text!r} is no day; one is 2026-11-23") from None
