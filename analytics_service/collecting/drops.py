"""What a worker dropped since its last summary: how many for each reason, and some of it to look at."""

from collections import Counter
from datetime import datetime

from analytics_service.domain.drops import Drop, Refusal
from analytics_service.domain.facts import DropSample, DropSummary

NO_SITE = 0
"""The site number under which drops of unknown sites are counted."""
COUNTER_LIMIT = 100_000
"""How many pairs of site and reason are counted between two summaries."""
SAMPLED_SITES_LIMIT = 1_000
SAMPLES_LIMIT = 10
"""How many samples of a site are kept between two summaries."""


class DropCounter:
    """Counts drops in memory until they are summed up; it holds no address and no agent as it came."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, Drop | Refusal]] = Counter()
        self._samples: dict[int, list[DropSample]] = {}

    def count(self, site: int, drop: Drop | Refusal) -> None:
        """Counts one drop of a site."""
        if (site, drop) in self._counts or len(self._counts) < COUNTER_LIMIT:
            self._counts[site, drop] += 1

    def wants_sample(self, site: int) -> bool:
        """Tells whether the next summary of the site has room for another sample."""
        samples = self._samples.get(site)
        return len(self._samples) < SAMPLED_SITES_LIMIT if samples is None else len(samples) < SAMPLES_LIMIT

    def add_sample(self, site: int, sample: DropSample) -> None:
        """Keeps a sample for the next summary."""
        self._samples.setdefault(site, []).append(sample)

    def take_summaries(self, at: datetime) -> list[DropSummary]:
        """Returns a fact for each site with drops since the last call, and begins at zero."""
        counts, self._counts = self._counts, Counter()
        samples, self._samples = self._samples, {}
        by_site: dict[int, list[tuple[str, int]]] = {}
        for (site, drop), count in sorted(counts.items()):
            by_site.setdefault(site, []).append((drop.value, count))
        at_ms = int(at.timestamp() * 1000)
        return [
            DropSummary(site=site, at=at_ms, drops=tuple(reasons), samples=tuple(samples.get(site, ())))
            for site, reasons in by_site.items()
        ]
