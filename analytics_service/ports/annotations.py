"""Annotations, as they are stored."""

from datetime import date
from typing import Protocol

from analytics_service.domain.annotations import Annotation


class AnnotationStore(Protocol):
    """Notes on days; every call may raise Unavailable."""

    def annotations(self, site: int, first: date, last: date) -> list[Annotation]:
        """Returns the notes of a site, and those of the service for all, from one day to another, by day."""
        ...

    def add_annotation(self, annotation: Annotation) -> int:
        """Stores a note and returns its id. Raises Refused where the site has as many as may be."""
        ...

    def delete_annotation(self, site: int, annotation_id: int) -> Annotation | None:
        """Deletes a person's note of a site and returns it; None where there is none."""
        ...
