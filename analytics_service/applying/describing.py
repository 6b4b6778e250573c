"""What a visit is described with, out of the fact with which it begins."""

from analytics_service.domain.dimensions import Equipment, Origin, Place, Traits, believed
from analytics_service.domain.facts import Fact


def traits_of(fact: Fact) -> Traits:
    """Where the visit came from, where its visitor is, what he looks through."""
    if fact.traits:
        return believed(fact.traits)
    return Traits(
        fact.hostname,
        Origin(fact.referrer, "referral" if fact.referrer else "direct"),
        Place(fact.country, fact.region, fact.city),
        Equipment(
            browser=fact.browser,
            browser_version=_versioned(fact.browser, fact.browser_version),
            system=fact.system,
            system_version=_versioned(fact.system, fact.system_version),
            device=fact.device,
            language=fact.language,
        ),
    )


def _versioned(name: str, version: str) -> str:
    return f"{name} {version}" if name and version else ""
