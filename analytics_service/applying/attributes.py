"""What a visit is described with, out of the fact with which it begins."""

from collections.abc import Callable
from functools import lru_cache

from analytics_service.domain.dimensions import Location, Technology, VisitAttributes, attributes_from_values
from analytics_service.domain.facts import Event, View
from analytics_service.domain.rollups import AttributesOf
from analytics_service.enrichment.languages import screen_class
from analytics_service.enrichment.sources import acquisition_of

HostsOf = Callable[[int], frozenset[str]]
"""A site's own host names by its number."""


def describing(hosts_of: HostsOf) -> AttributesOf:
    """Describes visits; what comes from a host of its own site has an origin within."""

    def attributes_of(fact: View | Event) -> VisitAttributes:
        if fact.attributes:
            return attributes_from_values(fact.attributes)
        return VisitAttributes(
            fact.hostname,
            acquisition_of(fact.referrer, fact.campaign, hosts_of(fact.site)),
            Location(fact.country, fact.region, fact.city),
            _equipment(
                (fact.browser, fact.browser_version),
                (fact.system, fact.system_version),
                fact.device,
                fact.screen,
                fact.language,
            ),
        )

    return attributes_of


@lru_cache(maxsize=20_000)
def _equipment(
    browser: tuple[str, str], system: tuple[str, str], device: str, screen: int, language: str
) -> Technology:
    return Technology(
        browser=browser[0],
        browser_version=_versioned(*browser),
        system=system[0],
        system_version=_versioned(*system),
        device=device,
        screen=screen_class(screen),
        language=language,
    )


def no_hosts(_site: int) -> frozenset[str]:
    """No site has a host of its own."""
    return frozenset()


def _versioned(name: str, version: str) -> str:
    return f"{name} {version}" if name and version else ""
