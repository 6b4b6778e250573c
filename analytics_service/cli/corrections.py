"""Corrections of an owner: visits that are accepted or rejected, with a count and a question first."""

from datetime import date, timedelta

import msgspec

from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.confirmation import ask
from analytics_service.cli.tasks import carry_out
from analytics_service.cli.text import format_count
from analytics_service.domain.periods import local_day
from analytics_service.domain.quarantine import MARKED_RETENTION, Extent, Selection
from analytics_service.domain.site import Site
from analytics_service.domain.tasks import TaskKind
from analytics_service.errors import BadParameter
from analytics_service.settings import Settings

VERBS = {TaskKind.ACCEPT: "accept", TaskKind.REJECT: "reject"}


def parse_days(site: Site, first: str | None, last: str | None) -> tuple[date, date]:
    """Returns the first and last local day that were typed, or the last 30 days. Raises BadParameter."""
    today = local_day(read_clock(), site.zones)
    begin = parse_day("from", first) or today - MARKED_RETENTION + timedelta(days=1)
    end = parse_day("to", last) or today
    if end < begin:
        raise BadParameter("to", "value", f"{end} is before {begin}")
    if end - begin > 2 * MARKED_RETENTION:
        raise BadParameter(
            "from", "value", f"visits can be corrected for {MARKED_RETENTION.days} days: name fewer days"
        )
    return begin, end


def parse_day(parameter: str, text: str | None) -> date | None:
    """Returns the day that was typed; None where none was. Raises BadParameter."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadParameter(parameter, "value", f"invalid day {text!r}; expected e.g. 2026-11-23") from None


def correct(
    settings: Settings, kind: TaskKind, site: Site, selection: Selection, *, dry_run: bool, yes: bool
) -> None:
    """Shows what would change, asks unless `yes`, and has the applier accept or reject the visits.

    Raises BadParameter where nobody can answer, Unavailable where the applier could not do it.
    """
    with open_storage(settings.database).open_drops() as reader:
        extent = reader.count(selection)
    of = " ".join(filter(None, [selection.reason, selection.family]))
    where = f"{f' of {of}' if of else ''} for {site.domain} from {selection.first} to {selection.last}"
    if not extent.visits:
        print(f"Nothing to {VERBS[kind]}{where}")
        return
    summary = f"{VERBS[kind]} {_format_extent(extent.visits, extent.views)}{where}"
    if dry_run:
        print(f"Would {summary}")
        return
    if not yes:
        ask(f"{summary[0].upper()}{summary[1:]}?")
    arguments = {
        "site": selection.site,
        "first": selection.first.isoformat(),
        "last": selection.last.isoformat(),
        "family": selection.family,
    }
    if kind is TaskKind.ACCEPT:
        arguments["reason"] = selection.reason
    answer = msgspec.convert(carry_out(settings, kind, arguments), Extent)
    changed = _format_extent(answer.visits, answer.views)
    print(f"{VERBS[kind].capitalize()}ed {changed} on {format_count(answer.days, 'day')}")


def _format_extent(visits: int, views: int) -> str:
    hits = format_count(views, "page view or event", "page views and events")
    return f"{format_count(visits, 'visit')} with {hits}"
