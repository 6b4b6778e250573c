"""What the writer of stats.db knows without asking."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from analytics_service.domain.batch import KnownValues
from analytics_service.domain.dimensions import VisitAttributes


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
    values: dict[tuple[int, date], KnownValues] = field(default_factory=dict)
    """The values that have a sum, by site and day."""
    sizes: dict[tuple[int, date], int] = field(default_factory=dict)
    """How many values each of those days had when it was last asked for."""
    value_count: int = 0
    """The sum of these sizes."""
    is_lent: bool = False
    """Whether a batch works on it whose changes are not stored yet."""

    def clear(self) -> None:
        """Forgets everything, so that it is read again when it is next asked for."""
        self.strings.clear()
        self.parts.clear()
        self.attributes.clear()
        self.titles.clear()
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
