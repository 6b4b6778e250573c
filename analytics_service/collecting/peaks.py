"""How many visitors were online at most, told in facts."""

from datetime import datetime

from analytics_service.domain.counts import PEAK_EACH
from analytics_service.domain.facts import Online
from analytics_service.ports.live import Live

PEAK_MS = int(PEAK_EACH.total_seconds() * 1000)


class Peaks:
    """Remembers the most visitors online of each site in the running ten minutes."""

    def __init__(self) -> None:
        self._touched: set[int] = set()
        self._highest: dict[int, tuple[int, int]] = {}

    def touch(self, site: int) -> None:
        """Notes that the site's number of visitors online may have grown."""
        self._touched.add(site)

    async def take_higher(self, live: Live, at: datetime) -> list[Online]:
        """Returns a fact for each touched site that has more visitors online than was told before."""
        at_ms = int(at.timestamp() * 1000)
        touched, self._touched = self._touched, set()
        begins = at_ms // PEAK_MS
        higher = []
        for site in touched:
            online = await live.online(site, at_ms)
            known, most = self._highest.get(site, (0, 0))
            if online and (known != begins or online > most):
                self._highest[site] = (begins, online)
                higher.append(Online(site=site, at=at_ms, online=online))
        return higher
