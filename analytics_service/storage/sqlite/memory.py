"""What the writer of stats.db knows without asking."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from analytics_service.domain.batch import KnownValues
from analytics_service.domain.contents import Contents
from analytics_service.domain.dimensions import VisitAttributes

ITEMS_KEPT = 150_000
"""Items of visits after which the visits that are not asked for any more begin to be forgotten."""


@dataclass(slots=True)
class ContentsOfVisits:
    """What visits contain that were lately written or asked for, by their numbers."""

    recent: dict[int, Contents] = field(default_factory=dict)
    older: dict[int, Contents] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    """How many items those of `recent` with many of them had when they were noted: they grow in place."""
    item_count: int = 0

    def find(self, visit: int) -> Contents | None:
        """What a visit contains, where that is remembered."""
        found = self.recent.get(visit)
        if found is None and (found := self.older.pop(visit, None)) is not None:
            self.note(visit, found)
        return found

    def note(self, visit: int, contents: Contents) -> None:
        """Remembers what a visit contains."""
        if self.item_count >= ITEMS_KEPT:
            self.recent, self.older, self.item_count = {}, self.recent, 0
            self.sizes.clear()
        size = len(contents)
        if isinstance(contents, set):
            self.item_count += size - self.sizes.get(visit, 0)
            self.sizes[visit] = size
        else:
            self.item_count += size - len(self.recent.get(visit, ()))
        self.recent[visit] = contents

    def forget(self, visit: int) -> None:
        """Forgets what a visit contains."""
        self.recent.pop(visit, None)
        self.older.pop(visit, None)

    def clear(self) -> None:
        """Forgets what all visits contain."""
        self.recent.clear()
        self.older.clear()
        self.sizes.clear()
        self.item_count = 0


@dataclass(slots=True)
class Memory:
    """Everything that was learnt from stats.db, or while it was written; a cache of what is stored.

    Whatever fails within a transaction drops all of it: it may hold what was rolled back.
    """

    strings: dict[str, int] = field(default_factory=dict)
    """Numbers of strings."""
    parts: dict[str, dict[tuple[str, ...], int]] = field(default_factory=lambda: defaultdict(dict))
    """Numbers of what visits have in common, by table."""
    attributes: dict[tuple[int, ...], VisitAttributes] = field(default_factory=dict)
    """Attributes of visits, by their numbers."""
    titles: dict[tuple[int, str], str] = field(default_factory=dict)
    """The titles that pages have, by site and page."""
    contents: ContentsOfVisits = field(default_factory=ContentsOfVisits)
    values: dict[tuple[int, date], KnownValues] = field(default_factory=dict)
    """The values that have a sum, by site and day."""
    sizes: dict[tuple[int, date], int] = field(default_factory=dict)
    """How many values each of those days had when it was last asked for."""
    value_count: int = 0
    """The sum of these sizes."""
    has_stale_months: bool = False
    """Whether a day has changed whose month was summed."""
    is_lent: bool = False
    """Whether a batch works on it whose changes are not stored yet."""

    def clear(self) -> None:
        """Forgets everything, so that it is read again when it is next asked for."""
        self.strings.clear()
        self.parts.clear()
        self.attributes.clear()
        self.titles.clear()
        self.contents.clear()
        self.clear_values()
        self.is_lent = False

    def clear_values(self) -> None:
        """Forgets the values of all days."""
        self.values.clear()
        self.sizes.clear()
        self.value_count = 0

    def note_size(self, site: int, day: date) -> None:
        """Notes how many values a site's day has now."""
        if (site, day) not in self.values:
            return
        size = sum(map(len, self.values[site, day].values()))
        self.value_count += size - self.sizes.get((site, day), 0)
        self.sizes[site, day] = size

    def forget_values(self, site: int, day: date) -> None:
        """Forgets the values of a site's day, which are read again when they are next asked for."""
        self.values.pop((site, day), None)
        self.value_count -= self.sizes.pop((site, day), 0)

    def forget_values_before(self, day: date) -> None:
        """Forgets the values of all days before that one."""
        for site, past in [key for key in self.values if key[1] < day]:
            self.forget_values(site, past)
