"""A page before it is rendered: a template with its values, or the address of another one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it is given; the status says whether it shows what was asked for."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Redirect:
    """An address of our own that is shown instead."""

    to: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file for the reader's disk."""

    name: str
    body: str
    media_type: str = "text/csv; charset=utf-8"


Outcome = Page | Redirect | Download
