"""What the rooms above ask of the rooms below: protocols only."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from analytics_service.domain.facts import Fact
from analytics_service.domain.ledger import Ledger, SuspectKey
from analytics_service.domain.model import Site, Sums
from analytics_service.domain.orders import Order, OrderKind, OrderState
from analytics_service.domain.periods import Days
from analytics_service.domain.suspects import Choice
from analytics_service.domain.truth import Check, Difference

Clock = Callable[[], datetime]
"""The time now, with its offset (UTC)."""
Randomness = Callable[[int], bytes]
"""That many random bytes, fit for a salt."""


class FactSink(Protocol):
    """Where the door puts facts."""

    def append(self, fact: bytes) -> asyncio.Future[None]:
        """Done when the fact is on disk. Raises Unavailable where it cannot be taken."""
        ...


class Journals(Protocol):
    """Every journal of this machine, as its one reader sees them."""

    def names(self) -> list[str]:
        """The journals there are."""
        ...

    def groups_after(self, name: str, seq: int) -> list[tuple[int, bytes]]:
        """Some groups after that number, in order."""
        ...

    def remove_if_left(self, name: str, applied: int) -> bool:
        """Removes the journal of a worker that is gone, if nothing in it is newer than `applied`."""
        ...


class StatsStore(Protocol):
    """Visits and rollups, as their one writer sees them."""

    def positions(self) -> dict[str, int]:
        """The last applied group's number, by journal."""
        ...

    def newest_at(self) -> int:
        """The newest time of all facts that were ever applied, in milliseconds since 1970; 0 before any."""
        ...

    def load(self, facts: Iterable[Fact], cap: int, day_of_fact: Callable[[Fact], date]) -> Ledger:
        """The working state that these facts may touch."""
        ...

    def save(
        self, ledger: Ledger, positions: Mapping[str, int], unreadable: Iterable[tuple[str, int, bytes]] = ()
    ) -> None:
        """Commits what the fold changed together with the positions, and groups that no fact came of."""
        ...

    def checkpoint(self) -> dict[str, int]:
        """Makes commits durable; the positions that are durable now."""
        ...

    def forget_journal(self, journal: str) -> None:
        """Drops the position of a journal that is gone."""
        ...

    def forget(self, before_ms: int, before_day: date) -> None:
        """Drops what only late facts would have needed."""
        ...


class Limits(Protocol):
    """How much one sender may send."""

    def allows(self, sender: str, at_ms: int) -> bool:
        """Whether one more of this sender may pass now; who it is is not kept."""
        ...


class SuspectStore(Protocol):
    """What is kept apart, for the writer, between two batches."""

    def some(self, choice: Choice, day: date, limit: int) -> list[tuple[SuspectKey, Fact]]:
        """Suspects of a day, in the order of time."""
        ...

    def reopen(self, site: int, day: date) -> None:
        """Makes a day ready for facts that come long after it."""
        ...

    def suspect_visits(self, choice: Choice, day: date, after: int) -> tuple[int, int | None]:
        """Takes some of a family's visits that began on a day out of the figures, as suspects.

        Goes through visits in the order of their numbers, from the first above `after`; returns how many
        facts were kept, and the last number it came to, or None where there was none left.
        """
        ...

    def forget(self, before_day: date) -> None:
        """Drops some suspects of the days before."""
        ...


class TruthStore(Protocol):
    """Sums against the visits and views behind them; for the writer, between two batches."""

    def sites(self) -> list[int]:
        """The sites that have any figures."""
        ...

    def days(self, site: int) -> list[date]:
        """The days of a site whose visits and views are all kept."""
        ...

    def first_kept(self) -> date:
        """The first day whose visits and views are all kept, of whichever site."""
        ...

    def differences(self, site: int, day: date) -> list[Difference]:
        """What is wrong on a site's day."""
        ...

    def last_check(self) -> Check | None:
        """What the last daily check saw."""
        ...

    def note_check(self, check: Check) -> None:
        """Writes down what a check saw."""
        ...

    def repair(self, site: int, day: date) -> None:
        """Puts in place of a day's sums what its visits and views add up to."""
        ...

    def prune(self, first_kept: date) -> bool:
        """Deletes some visits and views of the days before; whether there may be more."""
        ...


class OrderStore(Protocol):
    """What somebody asks of the applier."""

    def place(self, kind: OrderKind, arguments: Mapping[str, object], *, by: str, at: datetime) -> int:
        """Asks for something; the order's id."""
        ...

    def next(self) -> Order | None:
        """The oldest that waits."""
        ...

    def find(self, number: int) -> Order | None:
        """The order of that id."""
        ...

    def begin(self, number: int) -> None:
        """Counts that the applier takes it up."""
        ...

    def note(self, number: int, answer: Mapping[str, object]) -> None:
        """Says what came in its way; it goes on waiting."""
        ...

    def end(self, number: int, state: OrderState, answer: Mapping[str, object], *, at: datetime) -> None:
        """Says what came of it."""
        ...


class FigureStore(Protocol):
    """The figures, for reading."""

    async def sums(self, site: int, days: Days, page: str | None = None) -> Sums:
        """A site's sums over local days, or one page's own."""
        ...

    async def daily(self, site: int, days: Days, page: str | None = None) -> dict[date, Sums]:
        """The same day by day; a day on which nothing was counted is not there."""
        ...

    async def peak(self, site: int) -> tuple[int, int] | None:
        """The most that were ever online, and when (milliseconds since 1970); None before anybody was."""
        ...

    async def peak_since(self, site: int, at_ms: int) -> tuple[int, int] | None:
        """The same of the time from then on, at most a year back."""
        ...


class ConfigStore(Protocol):
    """Sites and salts."""

    def version(self) -> int:
        """Differs once another connection has changed anything."""
        ...

    def sites(self) -> list[Site]:
        """All sites, oldest first."""
        ...

    def add_site(self, site: Site) -> Site:
        """Stores a new site and gives it its number. Raises Refused where its domain is taken."""
        ...

    def set_site(self, site: Site) -> None:
        """Stores what may change of a site."""
        ...

    def salts(self, since: date) -> dict[int, dict[date, bytes]]:
        """The salts of that local day and later, by site's number."""
        ...

    def offer_salts(self, candidates: Iterable[tuple[int, date, bytes]]) -> None:
        """The first candidate offered for a site's local day wins."""
        ...

    def destroy_salts(self, before: Mapping[int, date]) -> None:
        """Destroys each site's salts of the days before the given one."""
        ...


class Live(Protocol):
    """Who is online now; best effort, and never in a beacon's way."""

    def touch(self, site: int, visitor: int, formerly: int | None, at_ms: int, page: str = "") -> None:
        """Notes that the visitor was seen, and on which page; "" leaves him where he was.

        The name of today takes the place of yesterday's.
        """
        ...

    async def online(self, site: int, at_ms: int, page: str | None = None) -> int | None:
        """Distinct visitors seen within the online window, or those last seen on one page.

        None while nobody can know.
        """
        ...
