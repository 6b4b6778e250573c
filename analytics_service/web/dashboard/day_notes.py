"""Notes on days: those of people and of the service, for the chart and on a page of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analytics_service.administering.service_notes import parse_outage
from analytics_service.domain.annotations import Annotation, AnnotationKind
from analytics_service.domain.audit import Entry, Event
from analytics_service.domain.periods import local_day, local_time
from analytics_service.domain.principals import Action
from analytics_service.domain.site import Site, ZoneSince
from analytics_service.errors import Unavailable
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.call import page_words
from analytics_service.web.dashboard.change_details import name_setting
from analytics_service.web.dashboard.chart import Note
from analytics_service.web.dashboard.page import Page
from analytics_service.web.dashboard.viewer import Viewer, site_path

ENTRIES_READ = 500
"""Of the audit log, the newest of a site."""
SHOWN = 100
DAY = timedelta(days=1)
EVENTS_OF_NOTES = frozenset({Event.SITE_CHANGED, Event.SITE_RESTORED, Event.VISITS_REVIEWED})
"""What changes how a site is counted, and so may explain its figures."""


@dataclass(frozen=True, slots=True)
class DayNote:
    """A note in a list; only a person's can be deleted, by its id."""

    day: str
    text: str
    by: str
    id: int | None


async def read_notes(viewer: Viewer, site: Site, first: date, last: date) -> tuple[Note, ...]:
    """Returns the notes from one day to another, by day; none where they cannot be read."""
    words = page_words(viewer.language)

    def read(stores: ConfigStores) -> list[Note]:
        near = stores.annotations.annotations(site.number, first - DAY, last + DAY)
        people = [(find_day(one, site.zones), one) for one in near]
        service = _find_changes(stores.audit.entries(limit=ENTRIES_READ, site=site.number), site)
        notes = [Note(day, write_text(one, viewer, site)) for day, one in people if first <= day <= last]
        notes += [Note(day, text) for day, text in _write_changes(service, words) if first <= day <= last]
        return sorted(notes, key=lambda note: note.day)

    try:
        return tuple(await viewer.services.dashboard.config.run(read))
    except Unavailable:
        return ()


def find_day(note: Annotation, zones: tuple[ZoneSince, ...]) -> date:
    """Returns the day of the site on which a note stands: a person named it, the service noted an instant."""
    if note.kind is AnnotationKind.RELEASE:
        return local_day(note.made_at, zones)
    if note.kind is AnnotationKind.OUTAGE:
        return local_day(parse_outage(note.text)[0], zones)
    return note.day


def _find_changes(entries: Sequence[Entry], site: Site) -> list[tuple[date, Entry]]:
    return [(local_day(entry.at, site.zones), entry) for entry in entries if entry.event in EVENTS_OF_NOTES]


def _write_changes(changes: Sequence[tuple[date, Entry]], words: Mapping[str, str]) -> list[tuple[date, str]]:
    """Returns one text for each day and kind of change, however often it happened that day."""
    settings: dict[tuple[date, str], set[str]] = {}
    for day, entry in changes:
        names = settings.setdefault((day, _name_change(entry)), set())
        if entry.event is Event.SITE_CHANGED:
            names.update(name_setting(one, words) for one in entry.details)
    return [
        (day, f"{words[name]}: {', '.join(sorted(names))}" if names else words[name])
        for (day, name), names in settings.items()
    ]


def _name_change(entry: Entry) -> str:
    """Returns the key of the words for a kind of change; visits are accepted or rejected."""
    if entry.event is Event.VISITS_REVIEWED and (what := entry.details.get("what")) in ("accept", "reject"):
        return f"note_review_{what}"
    return f"note_{entry.event.value.replace('-', '_')}"


def write_text(note: Annotation, viewer: Viewer, site: Site) -> str:
    """Returns what a note says: a person's as it was written, the service's in the reader's words."""
    formats = viewer.formats(site)
    match note.kind:
        case AnnotationKind.RELEASE:
            return formats.word("note_release", text=note.text)
        case AnnotationKind.OUTAGE:
            ends = (local_time(one, site.zones) for one in parse_outage(note.text))
            return formats.word(
                "note_outage", text=" – ".join(f"{formats.day(one.date())} {one:%H:%M}" for one in ends)
            )
        case AnnotationKind.PERSON:
            return note.text


async def show_notes(viewer: Viewer, site: Site, *, text: str = "", day: str = "", error: str = "") -> Page:
    """Returns the page of a site's notes, with what was typed where it could not be taken."""
    formats = viewer.formats(site)
    today, words = local_day(viewer.at, site.zones), page_words(viewer.language)

    def read(stores: ConfigStores) -> list[DayNote]:
        notes = stores.annotations.annotations(site.number, date.min, date.max)
        listed = [
            (
                find_day(note, site.zones),
                DayNote(
                    formats.day(find_day(note, site.zones)),
                    write_text(note, viewer, site),
                    note.by,
                    note.id if note.kind is AnnotationKind.PERSON else None,
                ),
            )
            for note in notes
        ]
        changes = _find_changes(stores.audit.entries(limit=ENTRIES_READ, site=site.number), site)
        listed += [
            (day, DayNote(formats.day(day), text, "", None)) for day, text in _write_changes(changes, words)
        ]
        return [note for _, note in sorted(listed, key=lambda one: one[0], reverse=True)[:SHOWN]]

    return Page(
        "notes.html",
        {
            "site": site,
            "notes": await viewer.services.dashboard.config.run(read),
            "may_write": viewer.may(Action.WRITE_ANNOTATIONS, site),
            "text": text,
            "day": day or today.isoformat(),
            "error": error,
            "back": site_path(viewer, site),
            "action": site_path(viewer, site, "notes"),
        },
        422 if error else 200,
    )
