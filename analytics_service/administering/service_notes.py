"""Notes of the service on the charts of all sites: another release, and how long nothing was counted."""

from datetime import date, datetime, timedelta

from analytics_service.domain.annotations import Annotation, AnnotationKind
from analytics_service.ports.annotations import AnnotationStore

SHORTEST_OUTAGE = timedelta(minutes=5)
EVERY_SITE = 0
BETWEEN = "/"
"""Stands between the two instants of an outage."""


def note_start(
    annotations: AnnotationStore, *, release: str, last_alive: datetime | None, at: datetime
) -> None:
    """Notes the release where it is another than before, and an outage where nobody served for minutes.

    `last_alive` is when the service was last seen to run, None on a first start. Raises Unavailable.
    """
    notes = annotations.annotations(EVERY_SITE, date.min, date.max)
    releases = [note for note in notes if note.kind is AnnotationKind.RELEASE]
    newest = max(releases, key=lambda note: note.id, default=None)
    if newest is None or newest.text != release:
        _add(annotations, AnnotationKind.RELEASE, release, at, at)
    if last_alive is not None and at - last_alive >= SHORTEST_OUTAGE:
        instants = (last_alive.isoformat(timespec="seconds"), at.isoformat(timespec="seconds"))
        _add(annotations, AnnotationKind.OUTAGE, BETWEEN.join(instants), last_alive, at)


def _add(annotations: AnnotationStore, kind: AnnotationKind, text: str, on: datetime, at: datetime) -> None:
    annotations.add_annotation(Annotation(site=None, day=on.date(), text=text, by="", made_at=at, kind=kind))


def parse_outage(text: str) -> tuple[datetime, datetime]:
    """Returns the two instants of an outage out of its note."""
    start, end = (datetime.fromisoformat(part) for part in text.split(BETWEEN))
    return start, end
