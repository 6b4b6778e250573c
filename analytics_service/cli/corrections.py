"""Corrections of an owner: visits that are accepted or rejected, with a count and a question first."""

import msgspec

from analytics_service.administering.audit import command_line
from analytics_service.administering.reviews import arguments_of, note_review
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.confirmation import ask
from analytics_service.cli.options import current_user
from analytics_service.cli.tasks import carry_out
from analytics_service.cli.text import format_count
from analytics_service.domain.quarantine import Extent, Selection
from analytics_service.domain.site import Site
from analytics_service.domain.tasks import TaskKind
from analytics_service.settings import Settings

VERBS = {TaskKind.ACCEPT: "accept", TaskKind.REJECT: "reject"}


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
    arguments = arguments_of(kind, selection)
    answer = msgspec.convert(carry_out(settings, kind, arguments), Extent)
    with open_storage(settings.database).open_config() as stores:
        actor = command_line(current_user())
        note_review(stores, kind, site, arguments, actor=actor, at=read_clock())
    changed = _format_extent(answer.visits, answer.views)
    print(f"{VERBS[kind].capitalize()}ed {changed} on {format_count(answer.days, 'day')}")


def _format_extent(visits: int, views: int) -> str:
    hits = format_count(views, "page view or event", "page views and events")
    return f"{format_count(visits, 'visit')} with {hits}"
