"""Annotations: notes on a day of a site's chart, by a person or by the service."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from analytics_service.errors import BadParameter

TEXT_LIMIT = 200


class AnnotationKind(StrEnum):
    """Who made a note: a person, or the service for one of these reasons."""

    PERSON = "person"
    RELEASE = "release"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A note on a day; those of the service with `site` None are on the charts of all sites."""

    site: int | None
    day: date
    text: str
    by: str
    made_at: datetime
    kind: AnnotationKind = AnnotationKind.PERSON
    id: int = 0


def parse_text(text: str) -> str:
    """Returns the text of a note in normal form C, on one line. Raises BadParameter."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    plain = unicodedata.normalize("NFC", plain)
    if not 0 < len(plain) <= TEXT_LIMIT:
        raise BadParameter("text", "value", f"must have 1 to {TEXT_LIMIT} signs")
    return plain
