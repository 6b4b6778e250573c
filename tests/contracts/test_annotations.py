"""Notes on days as they are stored: the contract of the port AnnotationStore."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics_service.domain.annotations import Annotation, AnnotationKind
from analytics_service.ports.annotations import AnnotationStore
from analytics_service.ports.storage import Storage

DAY = date(2026, 11, 12)
STORM = Annotation(site=1, day=DAY, text="Bão số 13", by="an", made_at=datetime(2026, 11, 12, 3, tzinfo=UTC))
RELEASE = replace(STORM, site=None, text="0.2.0", by="", kind=AnnotationKind.RELEASE)


@pytest.fixture
def notes(storage: Storage) -> Iterator[AnnotationStore]:
    with storage.open_config() as config:
        yield config.annotations


def test_notes_are_found_by_their_days_as_they_were_added(storage: Storage, notes: AnnotationStore) -> None:
    later = replace(STORM, day=DAY + timedelta(days=1))
    found = [replace(one, id=notes.add_annotation(one)) for one in (later, STORM)]
    with storage.open_config() as beside:
        assert beside.annotations.annotations(1, DAY, DAY + timedelta(days=1)) == found[::-1]
        assert beside.annotations.annotations(1, DAY, DAY) == [found[1]]


def test_a_note_is_its_sites_own_and_one_of_the_service_is_everybodys(notes: AnnotationStore) -> None:
    notes.add_annotation(STORM)
    release = replace(RELEASE, id=notes.add_annotation(RELEASE))
    assert notes.annotations(2, DAY, DAY) == [release]


def test_only_a_persons_note_of_that_site_is_deleted(notes: AnnotationStore) -> None:
    storm = replace(STORM, id=notes.add_annotation(STORM))
    release = notes.add_annotation(RELEASE)
    assert notes.delete_annotation(2, storm.id) is None
    assert notes.delete_annotation(1, release) is None
    assert notes.delete_annotation(1, storm.id) == storm
    assert notes.delete_annotation(1, storm.id) is None
    assert [one.kind for one in notes.annotations(1, DAY, DAY)] == [AnnotationKind.RELEASE]
