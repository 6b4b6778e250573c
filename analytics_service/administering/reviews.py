"""What an owner says of visits, accepted or rejected: a task for the applier, and a line in the audit log."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from analytics_service.administering.audit import Actor, record
from analytics_service.domain.audit import Event
from analytics_service.domain.periods import local_day
from analytics_service.domain.quarantine import MARKED_RETENTION, Selection
from analytics_service.domain.site import Site
from analytics_service.domain.tasks import TaskKind
from analytics_service.errors import BadParameter
from analytics_service.ports.storage import ConfigStores

REJECTED = "rejected"
"""The mark of visits that an owner rejected."""


def parse_days(site: Site, first: str | None, last: str | None, at: datetime) -> tuple[date, date]:
    """Returns the first and last local day that were typed, or the last 30 days. Raises BadParameter."""
    today = local_day(at, site.zones)
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
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadParameter(parameter, "value", f"invalid day {text!r}; expected e.g. 2026-11-23") from None


def arguments_of(kind: TaskKind, selection: Selection) -> dict[str, object]:
    """Returns the arguments of the task that accepts or rejects a selection of visits."""
    arguments: dict[str, object] = {
        "site": selection.site,
        "first": selection.first.isoformat(),
        "last": selection.last.isoformat(),
        "family": selection.family,
    }
    return arguments | ({"reason": selection.reason} if kind is TaskKind.ACCEPT else {})


def place_review(
    stores: ConfigStores, kind: TaskKind, site: Site, selection: Selection, *, actor: Actor, at: datetime
) -> int:
    """Has the applier accept or reject visits; returns the number of the task. Raises Unavailable."""
    arguments = arguments_of(kind, selection)
    number = stores.tasks.place(kind, arguments, by=actor.name, at=at)
    note_review(stores, kind, site, arguments, actor=actor, at=at)
    return number


def note_review(
    stores: ConfigStores,
    kind: TaskKind,
    site: Site,
    arguments: Mapping[str, object],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Writes into the audit log that visits are accepted or rejected. Raises Unavailable."""
    details = {name: str(value) for name, value in arguments.items() if name != "site" and value}
    details["what"] = "accept" if kind is TaskKind.ACCEPT else "reject"
    record(
        stores.audit,
        Event.VISITS_REVIEWED,
        actor=actor,
        at=at,
        subject=site.domain,
        site=site.number,
        details=details,
    )


def opposite(kind: TaskKind, arguments: Mapping[str, object]) -> tuple[TaskKind, Selection] | None:
    """Returns what undoes an accept or a reject; None where nothing can, since no family was named."""
    family = str(arguments.get("family", ""))
    try:
        first, last = (date.fromisoformat(str(arguments[name])) for name in ("first", "last"))
        site = int(str(arguments["site"]))
    except (KeyError, ValueError):
        return None
    if kind is TaskKind.REJECT:
        return TaskKind.ACCEPT, Selection(site, first, last, reason=REJECTED, family=family)
    if kind is TaskKind.ACCEPT and family:
        return TaskKind.REJECT, Selection(site, first, last, family=family, marked=False)
    return None
