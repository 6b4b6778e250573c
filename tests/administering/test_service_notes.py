"""What the service writes on everybody's chart when it starts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service.administering.service_notes import note_start, parse_outage
from analytics_service.domain.annotations import AnnotationKind
from analytics_service.ports.annotations import AnnotationStore
from analytics_service.storage.sqlite.config import create_config, open_config

AT = datetime(2026, 11, 22, 6, 53, tzinfo=UTC)


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[AnnotationStore]:
    create_config(tmp_path)
    with open_config(tmp_path) as config:
        yield config.annotations


def written(notes: AnnotationStore) -> list[tuple[str, date, str]]:
    return [(one.kind.value, one.day, one.text) for one in notes.annotations(7, date.min, date.max)]


def test_each_release_is_noted_once(notes: AnnotationStore) -> None:
    for days, release in enumerate(("0.2.0", "0.2.0", "0.3.0", "0.2.0")):
        note_start(notes, release=release, last_alive=None, at=AT + timedelta(days=days))
    assert written(notes) == [
        ("release", date(2026, 11, 22), "0.2.0"),
        ("release", date(2026, 11, 24), "0.3.0"),
        ("release", date(2026, 11, 25), "0.2.0"),
    ]


def test_minutes_without_the_service_are_an_outage_and_a_restart_is_none(notes: AnnotationStore) -> None:
    note_start(notes, release="0.2.0", last_alive=AT - timedelta(minutes=4), at=AT)
    note_start(notes, release="0.2.0", last_alive=AT - timedelta(hours=8), at=AT)
    kinds = [kind for kind, *_ in written(notes)]
    assert kinds == [AnnotationKind.OUTAGE, AnnotationKind.RELEASE]
    _, day, text = written(notes)[0]
    assert day == date(2026, 11, 21)
    assert parse_outage(text) == (AT - timedelta(hours=8), AT)
