"""Visits that are kept but not counted, as the applier changes them between two batches."""

from datetime import date
from typing import NamedTuple, Protocol

from analytics_service.domain.batch import Batch
from analytics_service.domain.facts import VisitorFact
from analytics_service.domain.quarantine import Selection


class Cursor(NamedTuple):
    """How far a day's visits are worked off: all up to a number, and of the next one these views."""

    visit: int = 0
    day: int = -(2**31)
    """Days since 1970; views of earlier days are done, and of this day those from `ordinal` on."""
    ordinal: int = 2**31


class Progress(NamedTuple):
    """What one step changed, and where the next one begins: nowhere, or after a day was opened."""

    visits: int = 0
    views: int = 0
    cursor: Cursor | None = None
    closed: date | None = None


class OldSuspects(NamedTuple):
    """Some suspected facts of release 0.1.0, in the order of time, and their keys."""

    facts: list[VisitorFact]
    keys: list[tuple[int, str, str]]
    day: date


class QuarantineStore(Protocol):
    """Visits that are kept but not counted. Every call may raise WriteFailed and LeaseLost."""

    def mark_some(self, selection: Selection, day: date, cursor: Cursor, *, cap: int, on: date) -> Progress:
        """Marks some of a selection's visits of a day as rejected, or counts those that are marked.

        Changes nothing where a day that it touches is closed, which is then named.
        """
        ...

    def open_some(self, site: int, day: date) -> bool:
        """Makes a day ready for changes, some views at a time; returns whether it is."""
        ...

    def old_suspects(self) -> OldSuspects | None:
        """Returns some of what release 0.1.0 kept apart; None where nothing of it is left."""
        ...

    def save_old_suspects(self, batch: Batch, old: OldSuspects) -> None:
        """Stores what the fold made of old suspects, and deletes them, in one transaction."""
        ...

    def forget_some(self, before: date) -> bool:
        """Deletes some visits that were marked before that day; returns whether there may be more."""
        ...
