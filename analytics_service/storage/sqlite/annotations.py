"""Annotations in config.db, each a note on a day."""

import sqlite3
from datetime import UTC, date, datetime
from typing import Any

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.annotations import Annotation, AnnotationKind
from analytics_service.errors import Refused
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("notes")
MAX_ANNOTATIONS = 2_000
"""Of one site."""
EVERY_SITE = 0
"""The number that stands for all sites: no site has it."""


class Annotations:
    """Notes of people and of the service."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def annotations(self, site: int, first: date, last: date) -> list[Annotation]:
        """Returns the notes of a site, and those of the service for all, from one day to another, by day."""
        days = {"site": site, "first": first.isoformat(), "last": last.isoformat()}
        with translated(FILE):
            return [_annotation(row) for row in self._db.execute(SQL["annotations"], days)]

    def add_annotation(self, annotation: Annotation) -> int:
        """Stores a note and returns its id. Raises Refused where the site has as many as may be."""
        values = {
            "site": annotation.site or EVERY_SITE,
            "day": annotation.day.isoformat(),
            "text": annotation.text,
            "made_by": annotation.by,
            "made_at": annotation.made_at.astimezone(UTC).isoformat(timespec="seconds"),
            "kind": annotation.kind.value,
        }
        with translated(FILE), transaction(self._db):
            count = self._db.execute(SQL["count_annotations"], (values["site"],)).fetchone()[0]
            if count >= MAX_ANNOTATIONS:
                raise Refused(f"the site has {MAX_ANNOTATIONS} notes: delete some first")
            number: int = self._db.execute(SQL["add_annotation"], values).fetchone()[0]
        return number

    def delete_annotation(self, site: int, annotation_id: int) -> Annotation | None:
        """Deletes a person's note of a site and returns it; None where there is none."""
        with translated(FILE), transaction(self._db):
            row = self._db.execute(SQL["delete_annotation"], (annotation_id, site)).fetchone()
        return _annotation(row) if row is not None else None


def _annotation(row: tuple[Any, ...]) -> Annotation:
    number, site, day, text, made_by, made_at, kind = row
    return Annotation(
        id=number,
        site=site or None,
        day=date.fromisoformat(day),
        text=text,
        by=made_by,
        made_at=datetime.fromisoformat(made_at),
        kind=AnnotationKind(kind),
    )
