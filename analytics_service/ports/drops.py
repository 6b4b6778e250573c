"""What was dropped and why, for reading."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, Protocol

from analytics_service.domain.facts import DropSample
from analytics_service.domain.quarantine import Extent, Selection


class Family(NamedTuple):
    """How many page views and events of an agent's family are kept but not counted, of a day."""

    day: date
    reason: str
    family: str
    facts: int


class Recent(NamedTuple):
    """Page views and events of a site since an instant, by mark ("": counted), and the last counted one.

    `last_at` is in milliseconds since 1970, 0 where none counted.
    """

    by_mark: Mapping[str, tuple[int, int]]
    last_at: int
    last_page: str


class DropReader(Protocol):
    """Drops of a site, read beside a running service; every call may raise Unavailable."""

    def by_day(self, site: int, since: date) -> list[tuple[date, str, int]]:
        """Returns day, reason and number of beacons, from that day on."""
        ...

    def families(self, site: int, since: date) -> list[Family]:
        """Returns the agents' families of marked visits, from that day on."""
        ...

    def count(self, selection: Selection) -> Extent:
        """Returns how much a selection holds now, without changing anything."""
        ...

    def recent(self, site: int, since_ms: int) -> Recent:
        """Returns what was stored of a site since an instant, in milliseconds since 1970."""
        ...

    def samples(self, site: int) -> list[DropSample]:
        """Returns the site's last drops one by one, newest first."""
        ...
